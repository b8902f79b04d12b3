-- What raw.adapt_user_event is, is looked up each time: it may be replaced while consumers work.
CREATE OR REPLACE FUNCTION internal.parse_user_events(
    p_bodies  bytea[],
    p_headers bytea[],
    OUT originals jsonb[],
    OUT contents  jsonb[],
    OUT instants  timestamptz[],
    OUT faults    text[]
)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $parse_user_events$
DECLARE
    c_instant_lines CONSTANT text :=
        '^([0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?( ?(Z|UTC|GMT)|[+]00:00)?\n)*$';
    v_texts text[];
BEGIN
    -- Nearly always all are good, and then this is four times as fast as below.
    originals := ARRAY(
        SELECT convert_from(body, 'UTF8')::jsonb
        FROM unnest(p_bodies) AS body
        WHERE octet_length(body) <= internal.largest_body() -- equivalent: those left out are parsed below
    );
    IF cardinality(originals) < cardinality(p_bodies) OR internal.exceeds_bounds(originals) THEN
        RAISE data_exception;
    END IF;

    contents := ARRAY(
        -- As it is delivered, the function is inlined: then it costs nothing, and no headers are decoded.
        SELECT raw.adapt_user_event(message.original, internal.decode_headers(message.headers))
        FROM unnest(originals, p_headers) AS message (original, headers)
    );
    -- Compared byte by byte, which is cheap. What the function left alone is within the bounds.
    IF record_image_eq(ROW(contents), ROW(originals)) THEN -- for speed: the key of an event is the same
        originals := NULL;
    ELSIF internal.exceeds_bounds(contents) THEN -- for speed: one by one, the result is the same
        RAISE data_exception;
    END IF;

    v_texts := ARRAY(SELECT content ->> 'received_at' FROM unnest(contents) AS content);
    -- Matched all at once: an expression has its automaton made anew for each match. A text of several lines is no instant.
    IF array_to_string(v_texts || ''::text, E'\n', 'null') !~ c_instant_lines THEN
        RAISE data_exception;
    END IF;
    instants := v_texts::timestamptz[];
EXCEPTION
    WHEN assert_failure OR OTHERS THEN
        SELECT array_agg(original), array_agg(content), array_agg(instant), array_agg(fault)
        INTO originals, contents, instants, faults
        FROM (
            SELECT
                parsed.original,
                parsed.content,
                internal.parse_instant(internal.string_field(parsed.content, 'received_at')) AS instant,
                parsed.fault
            FROM unnest(p_bodies, p_headers) WITH ORDINALITY AS message (body, headers, number)
            CROSS JOIN LATERAL internal.parse_user_event(message.body, message.headers) AS parsed
            ORDER BY message.number -- equivalent: the join keeps the order as well, but does not promise it
        ) AS in_order;
END;
$parse_user_events$;

COMMENT ON FUNCTION internal.parse_user_events(bytea[], bytea[]) IS
    'Returns the results of internal.parse_user_event for each body and its headers, and of internal.parse_instant for received_at, in the order of the bodies. If there are no originals or no faults at all, a single null stands for them.';
