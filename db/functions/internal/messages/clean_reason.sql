-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.clean_reason(p_reason text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- A reason quotes what came. Control and format characters (Unicode's Cc and Cf) would act on the reader's terminal.
    RETURN left(regexp_replace(
        p_reason,
        E'[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]',
        E'\uFFFD', 'g'
    ), 500);

COMMENT ON FUNCTION internal.clean_reason(text) IS
    'Returns a reason for the quarantine in a printable form: at most 500 characters, each control or format character replaced.';
