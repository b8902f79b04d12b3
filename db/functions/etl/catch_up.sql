-- Rerun: loads what is stale by then.
-- A procedure that commits can have no SET clause, so it pins search_path itself.
CREATE OR REPLACE PROCEDURE etl.catch_up()
    LANGUAGE plpgsql
AS $catch_up$
DECLARE
    v_load_names text[];
    v_dates      date[];
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    SELECT array_agg(load_name), array_agg(import_date)
    INTO v_load_names, v_dates
    FROM etl.stale_dates;

    PERFORM etl.thin_ingests(), etl.thin_load_runs(), etl.thin_changes();
    -- Without the locks of the views: db/migrate has those of the loads when it wants to replace them.
    COMMIT;
    CALL etl.run_loads(v_load_names, v_dates);
END;
$catch_up$;

COMMENT ON PROCEDURE etl.catch_up() IS
    'Runs each load for exactly the days that etl.stale_dates names, as etl.run_loads does, and checks the expectations that are due. Thins out etl.ingests, etl.load_runs and the changes of the dimension. Not inside a transaction.';
