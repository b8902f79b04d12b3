CREATE OR REPLACE FUNCTION etl.begin_step(p_step text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
AS $begin_step$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM pg_catalog.set_config('application_name', 'warehouse ' || p_step, true);
END;
$begin_step$;

COMMENT ON FUNCTION etl.begin_step(text) IS
    'Pins search_path until the end of the transaction, for procedures that commit, and names the session in pg_stat_activity, where everybody sees it.';
