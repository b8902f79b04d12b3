-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.has_only_strings(p_content jsonb)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- Anything but a string or null cannot be compared with a string.
    RETURN NOT p_content @@ 'strict ($.* == "") is unknown';

COMMENT ON FUNCTION internal.has_only_strings(jsonb) IS
    'Returns whether a JSON value is an object all of whose values are strings or null, as most user events are. Takes one cheap pass.';
