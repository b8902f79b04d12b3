-- A body in standard SQL is bound to its names when it is created: no search_path to pin.
CREATE OR REPLACE FUNCTION raw.value_fault(p_value jsonb)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_value @? 'strict $.**{64}'
            THEN 'nested deeper than 64 levels'
        WHEN EXISTS (
            SELECT
            FROM jsonb_array_elements(jsonb_path_query_array(p_value, 'strict $.** ? (@.type() == "number")')) AS number
            WHERE scale(number::numeric) > 400
               OR abs(number::numeric) >= 1e400
        )
            THEN 'a number of more than 400 digits before or after the point'
    END;

COMMENT ON FUNCTION raw.value_fault(jsonb) IS
    'What in a JSON value is beyond what the warehouse takes; null when nothing is. Takes one pass, whatever the value is. Every double precision number is within the bounds.';
