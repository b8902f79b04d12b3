-- Reads pg_locks and pg_stat_activity, as far as they show everybody's.
CREATE OR REPLACE FUNCTION etl.open_transactions()
    RETURNS text[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $open_transactions$
BEGIN
    RETURN ARRAY(
        SELECT format('%s of process %s', lock.virtualtransaction, pid)
        FROM pg_locks AS lock
        JOIN pg_stat_activity AS activity USING (pid)
        WHERE lock.locktype = 'virtualxid'
          AND lock.mode = 'ExclusiveLock'
          AND lock.granted
          AND activity.datname = current_database()
          AND activity.usesysid IS NOT NULL -- autovacuum, which reads no versions
          AND pid <> pg_backend_pid()
    );
END;
$open_transactions$;

COMMENT ON FUNCTION etl.open_transactions() IS
    'The transactions that are open in this database now, without one''s own: virtual id and process.';
