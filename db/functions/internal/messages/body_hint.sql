CREATE OR REPLACE FUNCTION internal.body_hint(p_body bytea)
    RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
AS $body_hint$
DECLARE
    v_length CONSTANT integer := octet_length(p_body);
    v_head   CONSTANT text := encode(substr(p_body, 1, 64), 'hex');
    -- Each byte a character.
    v_text   CONSTANT text := encode(substr(p_body, 1, 1000), 'escape');
    v_hint   text;
BEGIN
    SELECT hint
    INTO v_hint
    FROM (VALUES
        (0, '^(00)+$', 'only null bytes'),
        (1, '^1f8b', 'gzip that was not unpacked: send it with content_encoding gzip, undamaged and of at most 256 KiB unpacked'),
        (2, '^78(01|5e|9c|da)', 'deflate that was not unpacked: send it with content_encoding deflate, undamaged and of at most 256 KiB unpacked'),
        (3, '^28b52ffd', 'zstd: send it unpacked, or as gzip with content_encoding gzip'),
        (4, '^(04224d18|ff060000734e6150|fd377a58|425a68|504b0304)', 'compressed: send it unpacked, or as gzip with content_encoding gzip'),
        (5, '^00(53|80(00){7})77', 'an AMQP 1.0 value section: send the JSON as bytes, in a data section'),
        (6, '^00(53|80(00){7})75', 'an AMQP 1.0 data section within the body: send its content'),
        (7, '^00(53|80(00){7})7[0-9a-f]', 'an AMQP 1.0 section: send the JSON as bytes, in a data section'),
        (8, '^00a3', 'a described type of AMQP 1.0: send the JSON as bytes, in a data section'),
        (9, '^(fffe0000|0000feff|([0-9a-f]{2}(00){3}){2}|((00){3}[0-9a-f]{2}){2})', 'UTF-32: send UTF-8'),
        (10, '^(fffe|feff|([0-9a-f]{2}00){4}|(00[0-9a-f]{2}){4})', 'UTF-16: send UTF-8'),
        (11, '^00.{8}7b', 'JSON behind 5 bytes, as a schema registry puts them: send the JSON alone'),
        (12, '^(c301|4f626a01|00.{8})', 'Avro, or Protobuf of a schema registry: send JSON'),
        (13, '^aced0005', 'a serialized Java object: send JSON'),
        (14, '^80(02|03|04|05)', 'a Python pickle: send JSON'),
        (15, '^(8[1-9a-f]|de|df)', 'perhaps MessagePack: send JSON'),
        (16, '^(a[1-9a-f]|b[0-9a-f]|d9d9f7)', 'perhaps CBOR: send JSON'),
        (17, '^1e', 'JSON behind a record separator: send the JSON alone')
    ) AS known (place, pattern, hint)
    WHERE v_head ~ pattern
    ORDER BY place
    LIMIT 1;

    RETURN CASE
        WHEN v_hint IS NOT NULL
            THEN v_hint
        -- A length of the whole before it, a null byte behind it.
        WHEN v_length > 4
            AND substr(p_body, 1, 4) = substr(int4send(v_length), 4) || substr(int4send(v_length), 3, 1)
                || substr(int4send(v_length), 2, 1) || substr(int4send(v_length), 1, 1)
            THEN 'BSON: send JSON'
        WHEN get_byte(p_body, v_length - 1) = 0
            THEN 'bytes that end with a null byte: send the JSON without it'
        WHEN v_text ~ '^[[:space:]]*<'
            THEN 'XML or HTML: send JSON'
        WHEN v_text ~ '^(eyJ|ewo|W3s)[A-Za-z0-9+/_=-]*[.]'
            THEN 'a JSON web token: send its content'
        WHEN v_text ~ '^(eyJ|ewo|W3s)[A-Za-z0-9+/_=-]*[[:space:]]*$'
            THEN 'base64: send the JSON itself'
        WHEN v_text ~ '^[A-Za-z0-9_.%+-]+=[^&={}"]*(&[^&={}"]+=[^&={}"]*)*$'
            THEN 'a form: send JSON'
        WHEN v_text ~ '^[[:space:]]*[{[][[:space:]]*''' OR v_text ~ '[:[,][[:space:]]*(None|True|False)[[:space:]]*[],}]'
            THEN 'the output of Python''s print: use json.dumps'
        WHEN v_text ~ '^"?[A-Za-z0-9_]+"?([,;[:cntrl:]]"?[A-Za-z0-9_]+"?)+[[:space:]]*$'
            THEN 'CSV: send a JSON object for each row'
        WHEN v_text ~ '^(---|[A-Za-z_]+: )'
            THEN 'YAML: send JSON'
        -- A first field of text or a message: its number and type, its length, then another field or the end.
        WHEN v_length > 2 AND get_byte(p_body, 0) IN (10, 18, 26) AND get_byte(p_body, 1) BETWEEN 1 AND least(v_length - 2, 127)
            THEN CASE
                WHEN v_length = get_byte(p_body, 1) + 2 OR get_byte(p_body, least(get_byte(p_body, 1) + 2, v_length - 1)) & 7 IN (0, 1, 2, 5)
                    THEN 'perhaps Protobuf: send JSON'
            END
    END;
END;
$body_hint$;

COMMENT ON FUNCTION internal.body_hint(bytea) IS
    'Returns what bytes without JSON probably are, by their beginning, and what to send instead; null if they are not recognised. Reads at most 1000 bytes.';
