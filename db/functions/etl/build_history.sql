-- Rerun: what an earlier call left beside the dimension is dropped first.
-- A procedure that commits can have no SET clause: etl.begin_step pins search_path at the start of each transaction.
CREATE OR REPLACE PROCEDURE etl.build_history(p_days date[] DEFAULT NULL, p_patience interval DEFAULT '10 minutes')
    LANGUAGE plpgsql
AS $build_history$
DECLARE
    v_state      text := 'overtaken';
    v_give_up_at timestamptz;
    v_open       text[];
BEGIN
    -- Whatever the session's default is. Each transaction after it has the same.
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

    WHILE v_state <> 'done' LOOP
        IF v_state = 'overtaken' THEN
            PERFORM etl.begin_step('history: begins');
            PERFORM etl.prepare_history();
            COMMIT AND CHAIN;
            PERFORM etl.begin_step('history: makes the versions');
            PERFORM etl.begin_history(p_days);
            COMMIT AND CHAIN;
            v_give_up_at := clock_timestamp() + p_patience;
            -- To an older snapshot the new partitions would be empty.
            v_open := etl.open_transactions();
        END IF;

        PERFORM etl.begin_step('history: waits for older transactions');
        IF v_open && etl.open_transactions() THEN
            RAISE INFO 'history: waits for %', pg_catalog.array_to_string(v_open, ', ');
        END IF;
        WHILE v_open && etl.open_transactions() AND clock_timestamp() < v_give_up_at LOOP
            PERFORM pg_catalog.pg_sleep(0.1);
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
    END LOOP;
END;
$build_history$;

COMMENT ON PROCEDURE etl.build_history(date[], interval) IS
    'Builds crm.users_dim anew in one pass over raw, in new partitions beside the old ones, and exchanges them. Takes the UTC days to load besides those that are loaded, all when null, and how long to wait for transactions that may still read the old ones. Not inside a transaction.';
