-- The types are those that RabbitMQ knows. Null stands for text that is not UTF-8, for a number that is not finite, and for what is
-- nested deeper than 32 levels. Of a broken table the part before the fault is returned.
CREATE OR REPLACE FUNCTION internal.decode_headers(p_table bytea)
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
AS $decode_headers$
DECLARE
    c_deepest CONSTANT integer := 32;
    -- JSON in pieces, joined in the end: text that grows would be copied each time.
    v_pieces  text[] := ARRAY['{'];
    -- Where each open table or array ends, the innermost last, and how JSON closes it.
    v_ends    integer[] := ARRAY[octet_length(p_table)];
    v_closers text[] := ARRAY['}'];
    v_depth   integer := 1;
    v_place   integer := 0;
    v_comma   text := '';
    v_name    text;
    v_type    text;
    v_size    integer;
    v_bits    bit(64);
    v_number  bigint;
    v_value   text;
BEGIN
    WHILE v_depth > 0 LOOP
        IF v_place = v_ends[v_depth] THEN
            v_pieces := array_append(v_pieces, v_closers[v_depth]);
            v_depth := v_depth - 1;
            v_comma := ',';
            CONTINUE;
        END IF;

        v_name := v_comma;
        IF v_closers[v_depth] = '}' THEN
            v_size := get_byte(p_table, v_place);
            v_name := v_comma || to_json(convert_from(substr(p_table, v_place + 2, v_size), 'UTF8'))::text || ':';
            v_place := v_place + 1 + v_size;
        END IF;

        -- The value, or the length of one that has one.
        v_type := chr(get_byte(p_table, v_place));
        v_size := CASE
            WHEN v_type = 'V' THEN 0
            WHEN v_type IN ('t', 'b', 'B') THEN 1
            WHEN v_type IN ('s', 'u') THEN 2
            WHEN v_type IN ('I', 'i', 'f', 'S', 'x', 'A', 'F') THEN 4
            WHEN v_type = 'D' THEN 5
            WHEN v_type IN ('l', 'L', 'd', 'T') THEN 8
        END;
        -- Its bits at the left, so that the first one is the sign.
        v_bits := ('x' || rpad(encode(substr(p_table, v_place + 2, v_size), 'hex'), 16, '0'))::bit(64);
        v_place := v_place + 1 + v_size;
        v_number := CASE
            WHEN v_type IN ('b', 's', 'I') THEN v_bits::bigint / (1::bigint << 64 - 8 * v_size)
            ELSE (v_bits >> 64 - 8 * v_size)::bigint
        END;
        v_size := CASE WHEN v_type IN ('S', 'x', 'A', 'F') THEN v_number::integer ELSE 0 END;
        IF v_place IS NULL OR v_place + v_size > v_ends[v_depth] THEN
            RAISE data_exception;
        END IF;

        IF v_type IN ('A', 'F') AND v_depth < c_deepest THEN
            v_pieces := array_append(v_pieces, v_name || CASE v_type WHEN 'A' THEN '[' ELSE '{' END);
            v_depth := v_depth + 1;
            v_ends[v_depth] := v_place + v_size;
            v_closers[v_depth] := CASE v_type WHEN 'A' THEN ']' ELSE '}' END;
            v_comma := '';
            CONTINUE;
        END IF;

        BEGIN
            v_value := CASE
                WHEN v_type = 't' THEN (v_number <> 0)::text
                WHEN v_type = 'S' THEN to_json(convert_from(substr(p_table, v_place + 1, v_size), 'UTF8'))::text
                WHEN v_type = 'x' THEN to_json(encode(substr(p_table, v_place + 1, v_size), 'hex'))::text
                WHEN v_type = 'D' THEN format('%se-%s', (v_bits << 8)::bit(32)::integer, (v_number >> 32))
                WHEN v_type = 'f' THEN internal.decode_float(v_bits, 8)::real::text
                WHEN v_type = 'd' THEN internal.decode_float(v_bits, 11)::text
                WHEN v_type IN ('A', 'F', 'V') THEN NULL
                ELSE v_number::text
            END;
        EXCEPTION
            -- Text that is not UTF-8, or has a null character.
            WHEN OTHERS THEN
                v_value := NULL;
        END;
        v_pieces := array_append(v_pieces, v_name || coalesce(v_value, 'null'));
        v_place := v_place + v_size;
        v_comma := ',';
    END LOOP;
    RETURN array_to_string(v_pieces, '')::jsonb;
EXCEPTION
    -- What comes from here on cannot be read: the table is broken, or has a type that is not known.
    WHEN OTHERS THEN
        WHILE v_depth > 0 LOOP
            v_pieces := array_append(v_pieces, v_closers[v_depth]);
            v_depth := v_depth - 1;
        END LOOP;
        RETURN array_to_string(v_pieces, '')::jsonb;
END;
$decode_headers$;

COMMENT ON FUNCTION internal.decode_headers(bytea) IS
    'Returns the headers of a message as a JSON object. Takes the field table of AMQP 0-9-1, without its length. A timestamp becomes a number of seconds, a byte array hexadecimal text; null stands for values that JSON cannot hold. The cost follows the length.';
