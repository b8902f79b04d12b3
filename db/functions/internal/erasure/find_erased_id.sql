-- Reads etl.erasures. Called for messages on which the database fails: nothing is parsed that is larger than an id.
CREATE OR REPLACE FUNCTION internal.find_erased_id(p_body bytea)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $find_erased_id$
BEGIN
    RETURN (
        WITH found AS (
            -- Byte by byte: of a large body only the beginning is kept, which may end within a character.
            SELECT convert_from(convert_to(part[1], 'LATIN1'), 'UTF8')::jsonb #>> '{}' AS id
            FROM regexp_matches(
                convert_from(substr(p_body, 1, internal.largest_body() + 1), 'LATIN1'), '"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9]+)', 'g'
            ) AS match (part)
        )
        SELECT found.id
        FROM found
        JOIN etl.erasures AS erasure ON erasure.token = internal.erasure_token((SELECT secret FROM etl.erasure_secret), found.id)
        LIMIT 1
    );
EXCEPTION
    -- No text, or no string of JSON.
    WHEN data_exception THEN
        RETURN NULL;
END;
$find_erased_id$;

COMMENT ON FUNCTION internal.find_erased_id(bytea) IS
    'Returns the id of an erased user in a field id of a body, found without parsing the body; null if there is none.';
