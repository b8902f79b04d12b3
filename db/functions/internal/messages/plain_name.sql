-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.plain_name(p_name text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(lower(p_name), '[^a-z0-9]', '', 'g');

COMMENT ON FUNCTION internal.plain_name(text) IS
    'Returns a name without case, underscores and the like, equal for names that are meant to be the same.';
