-- Rerun: what is loaded by then is left out.
-- A procedure that commits can have no SET clause, so it pins search_path itself, as etl.begin_step does in each transaction after the first.
-- Shared by etl.catch_up and etl.load_days. A load that another session has run meanwhile is left out.
CREATE OR REPLACE PROCEDURE etl.run_loads(p_load_names text[], p_dates date[])
    LANGUAGE plpgsql
AS $run_loads$
DECLARE
    v_began_at    CONSTANT timestamptz := pg_catalog.clock_timestamp();
    v_tables      CONSTANT text[] := ARRAY(SELECT table_name FROM etl.loads);
    v_count       integer;
    v_total       integer := 0;
    v_failed      integer := 0;
    v_is_canceled boolean := false;
    v_started_at  timestamptz;
    v_rows        bigint;
    v_versions    date[];
    v_reports     date[];
BEGIN
    -- Whatever the session's default is: loads refuse any other. Each transaction after it has the same.
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM etl.begin_step('catch-up');

    IF etl.is_due_in_one_pass(p_load_names, p_dates) THEN
        SELECT
            array_agg(import_date) FILTER (WHERE load_name = 'users_dim'),
            array_agg(import_date) FILTER (WHERE load_name = 'user_events_daily'),
            array_agg(load_name) FILTER (WHERE load_name NOT IN ('users_dim', 'user_events_daily')),
            array_agg(import_date) FILTER (WHERE load_name NOT IN ('users_dim', 'user_events_daily'))
        INTO v_versions, v_reports, p_load_names, p_dates
        FROM unnest(p_load_names, p_dates) AS asked (load_name, import_date);

        RAISE INFO '% days of users_dim, in one pass', cardinality(v_versions);
        CALL etl.build_history(v_versions, '1 minute');
        PERFORM etl.begin_step('catch-up: user_events_daily in one pass');
        IF cardinality(v_reports) > 0 THEN
            PERFORM reports.load_user_events_of_days(v_reports);
            RAISE INFO '% days of user_events_daily, in one pass', cardinality(v_reports);
        END IF;
        COMMIT AND CHAIN;
        PERFORM etl.begin_step('catch-up');
    END IF;

    FOR v_round IN 1 .. cardinality(v_tables) LOOP -- equivalent: one for each load is enough
        -- A load that reads another one's table runs after it.
        -- A day that takes longer than statement_timeout ends each call: those that it did not let come to their turn are first.
        SELECT
            count(*)::integer,
            array_agg(asked.load_name ORDER BY failed.last_at NULLS FIRST, reads_load, asked.import_date, load.position),
            array_agg(asked.import_date ORDER BY failed.last_at NULLS FIRST, reads_load, asked.import_date, load.position)
        INTO v_count, p_load_names, p_dates
        FROM unnest(p_load_names, p_dates) AS asked (load_name, import_date)
        LEFT JOIN etl.loads AS load USING (load_name)
        CROSS JOIN LATERAL (SELECT coalesce(load.depends_on && v_tables, false) AS reads_load) AS kind
        CROSS JOIN LATERAL (
            SELECT max(load_failure.failed_at) AS last_at
            FROM etl.load_failures AS load_failure
            WHERE load_failure.load_name = asked.load_name
              AND load_failure.import_date = asked.import_date
              AND load_failure.failed_at > now() - interval '1 day'
        ) AS failed;

        FOR v_number IN 1 .. v_count LOOP
            v_started_at := clock_timestamp();
            -- For etl.problems: everybody sees this name in pg_stat_activity, while the load runs.
            PERFORM etl.begin_step(format('catch-up: %s %s', p_load_names[v_number], p_dates[v_number]));
            BEGIN
                v_rows := etl.run_due_load(p_load_names[v_number], p_dates[v_number]);
                RAISE INFO '%/% % %: %', v_number, v_count, p_load_names[v_number], p_dates[v_number],
                    CASE v_rows WHEN 1 THEN '1 row written' ELSE coalesce(v_rows || ' rows written', 'loaded by another session') END;
            EXCEPTION
                -- Told here and once more at the end; the other days do not wait for it. Who cancels wants all to end.
                WHEN query_canceled OR assert_failure OR OTHERS THEN
                    v_failed := v_failed + 1;
                    v_is_canceled := SQLSTATE = '57014';
                    RAISE WARNING '%/% % %: %', v_number, v_count, p_load_names[v_number], p_dates[v_number], SQLERRM;
                    PERFORM etl.record_load_failure(p_load_names[v_number], p_dates[v_number], v_started_at, SQLSTATE, SQLERRM);
            END;
            COMMIT AND CHAIN;
            PERFORM etl.begin_step('catch-up');
            IF v_is_canceled THEN
                RAISE EXCEPTION 'canceled in load % of %', v_number, v_count
                    USING ERRCODE = 'query_canceled',
                          HINT = 'The same call again goes on from here.';
            END IF;
        END LOOP;
        v_total := v_total + v_count;

        -- What these loads changed for those that read their tables.
        SELECT array_agg(stale.load_name), array_agg(stale.import_date)
        INTO p_load_names, p_dates
        FROM etl.stale_dates AS stale
        JOIN etl.loads AS load USING (load_name)
        WHERE load.depends_on && v_tables
          AND stale.since >= v_began_at
          AND NOT EXISTS (
              SELECT
              FROM etl.load_failures AS load_failure
              WHERE load_failure.load_name = stale.load_name
                AND load_failure.import_date = stale.import_date
                AND load_failure.failed_at >= v_began_at
          );
        -- Without the locks of the views, as in etl.catch_up.
        COMMIT AND CHAIN;
        PERFORM etl.begin_step('catch-up');
        EXIT WHEN p_dates IS NULL;
    END LOOP;

    IF v_failed = 0 THEN
        PERFORM etl.abandon_history();
    END IF;
    PERFORM etl.check_expectations();
    COMMIT;

    IF v_failed > 0 THEN
        RAISE EXCEPTION '% of % loads failed', v_failed, v_total
            USING HINT = 'The warnings above say why; the same call again goes on from here.';
    END IF;
END;
$run_loads$;

COMMENT ON PROCEDURE etl.run_loads(text[], date[]) IS
    'Runs loads, given by name and UTC day, each in a transaction of its own: the oldest day first, those that failed in the last 24 hours last; then the loads that read what they changed. A failure is recorded in etl.load_failures and stops no other; the call fails in the end. Checks etl.expectations.';
