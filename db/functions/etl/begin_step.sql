-- A body in standard SQL is bound to its names when it is created: it needs no search_path, and may set one that outlasts it.
CREATE OR REPLACE FUNCTION etl.begin_step(p_step text)
    RETURNS text
    LANGUAGE sql VOLATILE
    RETURN set_config('search_path', 'pg_catalog, pg_temp', true)
        || set_config('application_name', ('warehouse ' || p_step)::name::text, true);

COMMENT ON FUNCTION etl.begin_step(text) IS
    'Pins search_path until the end of the transaction, for procedures that commit, and names the session in pg_stat_activity, where everybody sees it.';
