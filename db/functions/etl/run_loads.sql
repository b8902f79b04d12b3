-- Rerun: what is loaded by then is left out.
-- A procedure that commits can have no SET clause, so it pins search_path at the start of each transaction.
CREATE OR REPLACE PROCEDURE etl.run_loads(p_load_names text[], p_dates date[])
    LANGUAGE plpgsql
AS $run_loads$
DECLARE
    v_count       integer;
    v_failed      integer := 0;
    v_is_canceled boolean := false;
    v_started_at  timestamptz;
    v_rows        bigint;
BEGIN
    -- Whatever the session's default is: loads refuse any other. Each transaction after it has the same.
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    v_count := coalesce(cardinality(p_dates), 0);

    FOR v_number IN 1 .. v_count LOOP
        v_started_at := clock_timestamp();
        BEGIN
            v_rows := etl.run_due_load(p_load_names[v_number], p_dates[v_number]);
            RAISE INFO '%/% % %: %', v_number, v_count, p_load_names[v_number], p_dates[v_number],
                CASE v_rows WHEN 1 THEN '1 row written' ELSE coalesce(v_rows || ' rows written', 'loaded by another session') END;
        EXCEPTION
            -- Told here and once more at the end; the other days do not wait for it. Who cancels wants all to end.
            WHEN query_canceled OR OTHERS THEN
                v_failed := v_failed + 1;
                v_is_canceled := SQLSTATE = '57014';
                RAISE WARNING '%/% % %: %', v_number, v_count, p_load_names[v_number], p_dates[v_number], SQLERRM;
                PERFORM etl.record_load_failure(p_load_names[v_number], p_dates[v_number], v_started_at, SQLSTATE, SQLERRM);
        END;
        COMMIT AND CHAIN;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        IF v_is_canceled THEN
            RAISE EXCEPTION 'canceled in load % of %', v_number, v_count
                USING ERRCODE = 'query_canceled',
                      HINT = 'The same call again goes on from here.';
        END IF;
    END LOOP;

    PERFORM etl.check_expectations();
    COMMIT;

    IF v_failed > 0 THEN
        RAISE EXCEPTION '% of % loads failed', v_failed, v_count
            USING HINT = 'The warnings above say why; the same call again goes on from here.';
    END IF;
END;
$run_loads$;

COMMENT ON PROCEDURE etl.run_loads(text[], date[]) IS
    'What etl.catch_up and etl.load_days share: runs loads by name and day in the order given, a transaction and a notice each, where they are due when their turn comes. One that fails is told in a warning, kept in etl.load_failures, and stops no other; the call fails in the end. Afterwards it checks what etl.expectations has due.';
