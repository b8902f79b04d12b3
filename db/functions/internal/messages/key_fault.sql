-- requires: internal.blank_to_null internal.missing_fault
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.key_fault(p_content jsonb, p_field text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_content -> p_field IS NULL
            THEN internal.missing_fault(p_content, p_field)
        WHEN jsonb_typeof(p_content -> p_field) = 'number'
            THEN CASE
                -- Taken as its digits.
                WHEN p_content ->> p_field !~ '^-?[0-9]+$'
                    THEN format('%s: must be a string or a whole number, is %s', p_field, left(p_content ->> p_field, 100))
            END
        WHEN jsonb_typeof(p_content -> p_field) <> 'string'
            THEN format('%s: must be a string, is of type %s', p_field, jsonb_typeof(p_content -> p_field))
        WHEN internal.blank_to_null(p_content ->> p_field) IS NULL
            THEN format('%s: blank', p_field)
        -- An index entry holds some 2,700 bytes.
        WHEN octet_length(p_content ->> p_field) > 1000
            THEN format('%s: longer than 1000 bytes', p_field)
    END;

COMMENT ON FUNCTION internal.key_fault(jsonb, text) IS
    'Returns the fault of a field that identifies something; null if there is none. A whole number is as good as a string of its digits.';
