CREATE OR REPLACE FUNCTION internal.end_load(
    p_load_name    text,
    p_import_date  date,
    p_started_at   timestamptz,
    p_snapshot     pg_snapshot,
    p_rows_read    bigint,
    p_rows_written bigint,
    p_arrived      bigint,
    p_newest_event timestamptz
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $end_load$
DECLARE
    v_snapshots pg_snapshot[];
BEGIN
    INSERT INTO etl.load_runs (
        load_name, import_date, started_at, duration, rows_read, rows_written, snapshot, events_arrived, newest_event,
        rules
    )
    VALUES (
        p_load_name, p_import_date, p_started_at, clock_timestamp() - p_started_at,
        p_rows_read, p_rows_written, p_snapshot, p_arrived, p_newest_event,
        (SELECT rules FROM etl.loads WHERE load_name = p_load_name)
    );

    DELETE FROM internal.outdated_days
    WHERE load_name = p_load_name
      AND import_date = p_import_date;

    -- The loads that read the table.
    INSERT INTO internal.outdated_days (load_name, import_date, reason)
    SELECT reader.load_name, p_import_date, 'never loaded'
    FROM etl.loads AS ended
    JOIN etl.loads AS reader ON ended.table_name = ANY (reader.depends_on)
    WHERE ended.load_name = p_load_name
      AND (internal.last_load(reader.load_name, p_import_date)).load_run_sk IS NULL
      AND internal.can_load(reader, p_import_date)
    ON CONFLICT ON CONSTRAINT outdated_days_pk DO NOTHING;
    IF p_rows_written > 0 THEN
        PERFORM internal.note_changed_days(p_load_name, datemultirange(daterange(p_import_date, p_import_date, '[]')));
    END IF;

    -- What all loads have seen makes nothing stale any more.
    v_snapshots := ARRAY(
        SELECT (internal.last_load(load_name, p_import_date)).snapshot
        FROM etl.loads
        WHERE takes_day
          AND 'raw.user_events' = ANY (depends_on)
    );
    DELETE FROM etl.arrivals
    WHERE event_date = p_import_date
      AND NOT EXISTS (
          SELECT
          FROM unnest(v_snapshots) AS snapshot
          WHERE pg_visible_in_snapshot(xid, snapshot) IS NOT TRUE
      );
END;
$end_load$;

COMMENT ON FUNCTION internal.end_load(text, date, timestamptz, pg_snapshot, bigint, bigint, bigint, timestamptz) IS
    'Ends a load of one UTC day: writes its row of etl.load_runs, deletes the note that the day was stale, and the arrivals that all loads have seen, and makes the day stale for the loads that read the table, if rows of it were written or they never ran.';
