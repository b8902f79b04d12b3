-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.object_fault(p_content jsonb)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN jsonb_typeof(p_content) <> 'object'
            THEN format('body: must be a JSON object, is of type %s', jsonb_typeof(p_content))
    END;

COMMENT ON FUNCTION internal.object_fault(jsonb) IS
    'What is wrong with a JSON value that has to be an object; null when it is one.';
