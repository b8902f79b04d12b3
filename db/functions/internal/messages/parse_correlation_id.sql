-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.parse_correlation_id(p_correlation_id text)
    RETURNS TABLE (import_id text, "position" bigint)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT
        CASE WHEN part.is_import THEN split_part(p_correlation_id, '/', 2) END,
        CASE WHEN part.is_import THEN split_part(p_correlation_id, '/', 3)::bigint END
    FROM (VALUES (
        p_correlation_id LIKE 'import/%'
        AND split_part(p_correlation_id, '/', 3) ~ '^[0-9]+$'
        AND length(split_part(p_correlation_id, '/', 3)) <= 18
        AND length(p_correlation_id) <= 255
    )) AS part (is_import);
END;

COMMENT ON FUNCTION internal.parse_correlation_id(text) IS
    'Reads import/<id>/<position>, the correlation id of messages of a file import; nulls for any other.';
