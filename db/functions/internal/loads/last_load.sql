-- Reads etl.load_runs.
CREATE OR REPLACE FUNCTION internal.last_load(p_load_name text, p_import_date date)
    RETURNS etl.load_runs
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $last_load$
BEGIN
    -- By index, however many runs the day has: etl.last_loads would sort them.
    RETURN (
        SELECT load_run
        FROM etl.load_runs AS load_run
        WHERE load_run.load_name = p_load_name
          AND load_run.import_date = p_import_date
        ORDER BY load_run.load_run_sk DESC
        LIMIT 1
    );
END;
$last_load$;

COMMENT ON FUNCTION internal.last_load(text, date) IS
    'Returns the last run of a load for a UTC day; a row of nulls if there was none.';
