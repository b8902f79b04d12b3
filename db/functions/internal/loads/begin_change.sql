-- Each function that brings data in, loads or removes it calls it first. Its commit is then durable here and on a synchronous standby.
CREATE OR REPLACE FUNCTION internal.begin_change(p_what text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $begin_change$
BEGIN
    -- A snapshot from before a lock would not show what was committed while we waited for it.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% must run in a read committed transaction, not %',
                p_what, current_setting('transaction_isolation')
            USING ERRCODE = 'active_sql_transaction',
                  HINT = 'Use BEGIN ISOLATION LEVEL READ COMMITTED, or no BEGIN and the default of default_transaction_isolation.';
    END IF;

    -- Messages are acknowledged, and people told, once we have committed: neither a crash nor a failover to a synchronous
    -- standby must take that back. Set until the end of the transaction; a SET clause of the function would end with the
    -- call.
    IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    IF internal.is_moved() THEN
        PERFORM internal.settle_in();
    END IF;
END;
$begin_change$;

COMMENT ON FUNCTION internal.begin_change(text) IS
    'Prepares a transaction that changes data: refuses any isolation level but READ COMMITTED, raises a lower synchronous_commit to on, and calls internal.settle_in. Takes the name of the caller, for the error.';
