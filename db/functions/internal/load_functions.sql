-- Reads the catalogs.
CREATE OR REPLACE FUNCTION internal.load_functions(p_load_function text)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET quote_all_identifiers = off
AS $load_functions$
BEGIN
    RETURN (
        WITH RECURSIVE known AS MATERIALIZED (
            SELECT
                pronamespace::regnamespace || '.' || proname AS name,
                format(' %s . %s (', pronamespace::regnamespace, proname) AS call,
                -- In a string that is executed.
                format('%s.%s(', pronamespace::regnamespace, proname) AS executed,
                oid::regprocedure::text AS identity,
                concat_ws(' ', pg_get_function_arguments(oid), pg_get_function_result(oid), proconfig::text) AS head,
                ' ' || internal.code_words(coalesce(pg_get_function_sqlbody(oid), prosrc)) AS code
            FROM pg_proc
            -- for speed: what is in other schemas is used by none of these
            WHERE pronamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
            UNION ALL -- for speed: nothing comes twice
            SELECT
                relnamespace::regnamespace || '.' || relname,
                format(' %s . %s ', relnamespace::regnamespace, relname),
                NULL,
                oid::regclass::text,
                NULL,
                ' ' || internal.code_words(pg_get_viewdef(oid))
            FROM pg_class
            -- for speed: what is in other schemas is used by none of these
            WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
              AND relkind = 'v'
        ),
        used AS (
            SELECT *
            FROM known
            WHERE name = p_load_function
            UNION
            SELECT called.*
            FROM used
            JOIN known AS called
                ON strpos(used.code, called.call) > 0 -- equivalent: it begins with a space, and so does the code
                OR strpos(used.code, called.executed) > 0 -- equivalent: it is in a string
        )
        SELECT jsonb_object_agg(identity, left(encode(sha256(convert_to(concat_ws(' ', head, code), 'UTF8')), 'hex'), 16))
        FROM used
    );
END;
$load_functions$;

COMMENT ON FUNCTION internal.load_functions(text) IS
    'The function of a load with all functions and views that it uses, they use and so on, found by name in their code; each with a hash of its SQL, comments and layout aside.';
