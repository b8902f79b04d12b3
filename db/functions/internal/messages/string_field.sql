-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.string_field(p_content jsonb, p_field text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(p_content -> p_field) = 'string' THEN p_content ->> p_field END;

COMMENT ON FUNCTION internal.string_field(jsonb, text) IS
    'Returns a field that is a string; null for any other value, since the text of a list of numbers may be of any size.';
