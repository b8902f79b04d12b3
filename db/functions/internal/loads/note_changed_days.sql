-- Reads etl.loads, etl.load_runs and etl.purges, writes internal.outdated_days.
-- No load runs that reads the table: the caller holds the lock of the load that fills it.
CREATE OR REPLACE FUNCTION internal.note_changed_days(p_load_name text, p_days datemultirange)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $note_changed_days$
BEGIN
    INSERT INTO internal.outdated_days (load_name, import_date, reason)
    SELECT DISTINCT reader.load_name, load_run.import_date, changed.table_name || ' changed' -- for speed: a day may have many runs
    FROM etl.loads AS changed
    -- equivalent: without a reader there is no run of one
    JOIN etl.loads AS reader ON changed.table_name = ANY (reader.depends_on) AND reader.load_name <> changed.load_name
    -- equivalent: without a run there is no day
    JOIN etl.load_runs AS load_run ON load_run.load_name = reader.load_name
    WHERE changed.load_name = p_load_name
      AND load_run.import_date <@ p_days
      AND internal.can_load(reader, load_run.import_date)
    ON CONFLICT ON CONSTRAINT outdated_days_pk DO NOTHING;
END;
$note_changed_days$;

COMMENT ON FUNCTION internal.note_changed_days(text, datemultirange) IS
    'Makes the loaded ones of some UTC days stale for the loads that read the table of a load. Takes the name of that load, and the days of which its rows changed.';
