CREATE OR REPLACE FUNCTION etl.lock_load(p_load_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $lock_load$
BEGIN
    -- A snapshot from before the lock would not show what the load before this one wrote.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a load must run in a read committed transaction, not %',
                current_setting('transaction_isolation')
            USING ERRCODE = 'active_sql_transaction',
                  HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED, or no BEGIN at all.';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('load ' || p_load_name, 0));
END;
$lock_load$;

COMMENT ON FUNCTION etl.lock_load(text) IS
    'Waits until no load of that name runs, and keeps others from running until the end of the transaction.';
