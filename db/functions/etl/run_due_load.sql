-- Reads etl.load_runs and etl.stale_dates.
-- requires: etl.stale_dates
CREATE OR REPLACE FUNCTION etl.run_due_load(p_load_name text, p_import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $run_due_load$
BEGIN
    -- Whoever else runs this load has committed before we look.
    PERFORM internal.lock_load(p_load_name);

    IF EXISTS (SELECT FROM etl.load_runs WHERE load_name = p_load_name AND import_date = p_import_date)
        AND NOT EXISTS (SELECT FROM etl.stale_dates WHERE load_name = p_load_name AND import_date = p_import_date)
    THEN
        RETURN NULL::bigint;
    END IF;

    RETURN etl.run_load(p_load_name, p_import_date);
END;
$run_due_load$;

COMMENT ON FUNCTION etl.run_due_load(text, date) IS
    'Runs a load by name for a UTC day that it never ran for or that is stale, and returns the rows written; null when another session has loaded the day meanwhile.';
