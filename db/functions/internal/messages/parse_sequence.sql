-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.parse_sequence(p_content jsonb)
    RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(p_content -> 'sequence')
        WHEN 'number' THEN CASE
            WHEN (p_content -> 'sequence')::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
                AND scale(trim_scale((p_content -> 'sequence')::numeric)) = 0
                THEN (p_content -> 'sequence')::bigint
        END
        WHEN 'string' THEN CASE
            WHEN p_content ->> 'sequence' ~ '^-?[0-9]{1,19}$'
                THEN CASE
                    WHEN (p_content ->> 'sequence')::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
                        THEN (p_content ->> 'sequence')::bigint
                END
        END
    END;

COMMENT ON FUNCTION internal.parse_sequence(jsonb) IS
    'Reads the field sequence of an event: a whole number of 64 bits, or its digits in a string, for producers whose numbers have 53 bits. Null if it is absent, null or anything else.';
