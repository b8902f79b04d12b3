-- Reads etl.stale_dates, calls the loads.
-- Rerun: loads what is stale by then.
-- A procedure that commits can have no SET clause, so it pins search_path at the start of each transaction.
CREATE OR REPLACE PROCEDURE etl.catch_up()
    LANGUAGE plpgsql
AS $catch_up$
DECLARE
    v_stale  record;
    v_count  bigint;
    v_done   bigint := 0::bigint;
    v_failed bigint := 0::bigint;
    v_rows   bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    v_count := (SELECT count(*) FROM etl.stale_dates);

    FOR v_stale IN
        SELECT load_name, import_date
        FROM etl.stale_dates
        ORDER BY import_date, load_name DESC
    LOOP
        v_done := v_done + 1;
        BEGIN
            v_rows := CASE v_stale.load_name
                WHEN 'users_dim' THEN crm.load_users_dim(v_stale.import_date)
                WHEN 'user_events_daily' THEN reports.load_user_events_daily(v_stale.import_date)
            END;
            RAISE NOTICE '%/% % %: % rows written', v_done, v_count, v_stale.load_name, v_stale.import_date, v_rows;
        EXCEPTION
            -- Told here and once more at the end; the other days do not wait for it.
            WHEN OTHERS THEN
                v_failed := v_failed + 1;
                RAISE WARNING '%/% % %: %', v_done, v_count, v_stale.load_name, v_stale.import_date, SQLERRM;
        END;
        COMMIT;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END LOOP;

    IF v_failed > 0 THEN
        RAISE EXCEPTION '% of % loads failed', v_failed, v_count
            USING HINT = 'The warnings above say why; etl.stale_dates has what is still to load.';
    END IF;
END;
$catch_up$;

COMMENT ON PROCEDURE etl.catch_up() IS
    'Runs each load for exactly the days that etl.stale_dates names, oldest first, a transaction each; a notice a load. A load that fails is told in a warning and stops no other; the call fails in the end. Not inside a transaction.';
