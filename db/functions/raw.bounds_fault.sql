-- requires: raw.value_fault
-- jsonb keeps 1e131071 in a few bytes and writes it as 131,072 digits: without bounds, 75 KB can become more text than
-- the server has memory. Within them the text of a value has at most 80 times the bytes that it came in.
CREATE OR REPLACE FUNCTION raw.bounds_fault(p_content jsonb)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN raw.value_fault(p_content) IS NOT NULL THEN (
            SELECT format('%s: %s', left(field, 100), raw.value_fault(value))
            FROM jsonb_each(p_content) AS content (field, value)
            WHERE raw.value_fault(value) IS NOT NULL
            LIMIT 1
        )
    END;

COMMENT ON FUNCTION raw.bounds_fault(jsonb) IS
    'Which field of a JSON object is beyond what the warehouse takes, and how; null when none is.';
