-- requires: internal.has_only_strings
-- A body in standard SQL is bound to its names when it is created: no search_path to pin.
CREATE OR REPLACE FUNCTION internal.exceeds_bounds(p_values jsonb[])
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT
        FROM unnest(p_values) AS value
        WHERE NOT internal.has_only_strings(value) -- for speed: strings are within the bounds
          AND (
              value @? 'strict $.**{65}'
              OR value @? 'strict $.** ? (@.type() == "number")' AND EXISTS (
                  SELECT
                  FROM jsonb_array_elements(jsonb_path_query_array(value, 'strict $.** ? (@.type() == "number")')) AS number
                  WHERE scale(number::numeric) > 400
                     OR abs(number::numeric) >= 1e400
              )
          )
    );

COMMENT ON FUNCTION internal.exceeds_bounds(jsonb[]) IS
    'Returns whether one of these JSON values is nested deeper than 64 levels, or holds a number of more than 400 digits before or after its point. Takes one pass for any values. Every double precision number is within the bounds.';
