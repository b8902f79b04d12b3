-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.text_fault(p_content jsonb, p_field text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN jsonb_typeof(p_content -> p_field) NOT IN ('string', 'null')
            THEN format('%s: must be a string or null, is of type %s', p_field, jsonb_typeof(p_content -> p_field))
    END;

COMMENT ON FUNCTION internal.text_fault(jsonb, text) IS
    'Returns the fault of a field that holds text, null or nothing; null if there is none.';
