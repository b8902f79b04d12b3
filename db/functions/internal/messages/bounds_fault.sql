-- requires: internal.exceeds_bounds
-- jsonb keeps 1e131071 in a few bytes and writes it as 131,072 digits: without bounds, 75 KB can become more text than
-- the server has memory. Within them the text of a value has at most 80 times the bytes that it came in.
CREATE OR REPLACE FUNCTION internal.bounds_fault(p_content jsonb)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN internal.exceeds_bounds(ARRAY[p_content]) THEN (
            SELECT format('%s: %s', left(field, 100), CASE
                WHEN value @? 'strict $.**{64}' THEN 'nested deeper than 64 levels'
                ELSE 'a number of more than 400 digits before or after the point'
            END)
            FROM jsonb_each(CASE jsonb_typeof(p_content)
                WHEN 'object' THEN p_content
                ELSE jsonb_build_object('body', p_content)
            END) AS content (field, value)
            WHERE value @? 'strict $.**{64}'
               OR internal.exceeds_bounds(ARRAY[value])
            LIMIT 1
        )
    END;

COMMENT ON FUNCTION internal.bounds_fault(jsonb) IS
    'Returns which field of a JSON object (body for any other value) is beyond the bounds of internal.exceeds_bounds, and how; null if none is.';
