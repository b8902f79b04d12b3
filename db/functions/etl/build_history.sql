-- Rerun: what an earlier call left beside the dimension is dropped first.
-- A procedure that commits can have no SET clause: it pins search_path itself, as etl.begin_step does in each transaction after the first.
-- Readers, loads and ingest go on meanwhile. Where partitions cannot be exchanged, on Citus and where they are published, it calls
-- etl.rebuild_users_dim and says so.
CREATE OR REPLACE PROCEDURE etl.build_history(p_days date[] DEFAULT NULL, p_patience interval DEFAULT '10 minutes')
    LANGUAGE plpgsql
AS $build_history$
DECLARE
    v_state      text := 'overtaken';
    v_obstacle   text;
    v_give_up_at timestamptz;
    v_open       text[];
BEGIN
    -- Whatever the session's default is. Each transaction after it has the same.
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM etl.begin_step('history: begins');

    WHILE v_state <> 'done' LOOP
        IF v_state = 'overtaken' THEN
            v_obstacle := etl.prepare_history();
            IF v_obstacle IS NOT NULL AND p_days IS NULL THEN
                RAISE INFO 'history: is built in place, in one transaction, as %', v_obstacle;
                PERFORM etl.rebuild_users_dim(0);
                COMMIT;
                RETURN;
            ELSIF v_obstacle IS NOT NULL THEN
                RAISE EXCEPTION 'the partitions of crm.users_dim cannot be exchanged: %', v_obstacle
                    USING ERRCODE = 'object_in_use',
                          HINT = 'CALL etl.catch_up() or etl.load_days(): they load day by day.';
            END IF;
            COMMIT AND CHAIN;
            PERFORM etl.begin_step('history: makes the versions');
            PERFORM etl.begin_history(p_days);
            COMMIT AND CHAIN;
            PERFORM etl.begin_step('history: waits for older transactions');
            v_give_up_at := clock_timestamp() + p_patience;
            -- To an older snapshot the new partitions would be empty.
            v_open := etl.open_transactions();
            IF v_open <> '{}' THEN
                RAISE NOTICE 'history: waits for %', array_to_string(v_open, ', ');
            END IF;
        END IF;

        WHILE v_open && etl.open_transactions() AND clock_timestamp() < v_give_up_at LOOP
            PERFORM pg_sleep(0.1);
            COMMIT AND CHAIN;
            PERFORM etl.begin_step('history: waits for older transactions');
        END LOOP;
        IF clock_timestamp() >= v_give_up_at THEN
            PERFORM etl.abandon_history(false);
            COMMIT;
            RAISE EXCEPTION 'the new history was not put in the place of the old one, which was in use for %', p_patience
                USING ERRCODE = 'lock_not_available',
                      HINT = 'SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start shows who reads for so long. The old one stays.';
        END IF;

        COMMIT AND CHAIN;
        PERFORM etl.begin_step('history: exchanges the partitions');
        v_state := etl.exchange_history();
        COMMIT AND CHAIN;
        PERFORM etl.begin_step('history: begins again');
    END LOOP;
    COMMIT AND CHAIN;
END;
$build_history$;

COMMENT ON PROCEDURE etl.build_history(date[], interval) IS
    'Builds crm.users_dim anew in one pass over raw, in new partitions, and exchanges them for the old ones. Takes the UTC days to load besides those already loaded, null for all, and how long to wait for transactions that may still read the old partitions. Not inside a transaction.';
