-- Writes etl.cluster, etl.arrivals, etl.load_runs, etl.settings, internal.users_dim_changes and the sequences of all tables.
-- Rerun: does nothing.
CREATE OR REPLACE FUNCTION internal.settle_in()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $settle_in$
DECLARE
    v_sequence record;
BEGIN
    PERFORM FROM etl.cluster FOR UPDATE;
    IF NOT internal.is_moved() THEN
        RETURN;
    END IF;

    -- Here transactions are counted anew. So: no load has seen any transaction, and what has arrived came in one that
    -- every load to come will see.
    UPDATE etl.load_runs SET snapshot = '1:1:';

    DELETE FROM etl.arrivals AS arrival
    USING etl.arrivals AS other
    WHERE arrival.event_date = other.event_date
      AND arrival.xid > other.xid;
    UPDATE etl.arrivals SET xid = '1', event_sks = NULL;

    DELETE FROM internal.users_dim_changes;
    UPDATE etl.settings SET changes_since = clock_timestamp() WHERE changes_since IS NOT NULL;

    -- Logical replication leaves sequences at their first number. Quarantine has numbers of the same one as raw.
    FOR v_sequence IN
        SELECT depend.objid::regclass AS name, depend.refobjid::regclass AS table_name, attribute.attname AS column_name
        FROM pg_depend AS depend
        JOIN pg_class AS class ON class.oid = depend.objid
        JOIN pg_attribute AS attribute ON attribute.attrelid = depend.refobjid AND attribute.attnum = depend.refobjsubid
        WHERE depend.classid = 'pg_class'::regclass
          AND depend.deptype = 'i'
          AND class.relkind = 'S'
          AND class.relnamespace IN ('raw'::regnamespace, 'etl'::regnamespace)
        UNION ALL
        SELECT 'raw.user_events_event_sk_seq', 'raw.rejected_user_events', 'event_sk'
    LOOP
        EXECUTE format(
            'SELECT setval(%L, greatest((SELECT last_value FROM %1$s), (SELECT max(%I) FROM %s)))',
            v_sequence.name, v_sequence.column_name, v_sequence.table_name
        );
    END LOOP;

    UPDATE etl.cluster
    SET system_identifier = control.system_identifier,
        database_oid = database.oid,
        since = now()
    FROM pg_control_system() AS control
    CROSS JOIN pg_database AS database
    WHERE database.datname = current_database();
END;
$settle_in$;

COMMENT ON FUNCTION internal.settle_in() IS
    'Corrects the records of the loads if internal.is_moved(): etl.stale_dates is exact again, and sequences continue after the greatest used number. Each change calls it first, so no arrival is missed.';
