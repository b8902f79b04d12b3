-- What it calls writes etl.cluster, etl.arrivals, etl.load_runs and sequences.
-- Rerun: does nothing.
CREATE OR REPLACE FUNCTION etl.after_restore()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $after_restore$
BEGIN
    PERFORM internal.begin_change('etl.after_restore');
    RETURN (SELECT count(DISTINCT import_date) FROM etl.stale_dates);
END;
$after_restore$;

COMMENT ON FUNCTION etl.after_restore() IS
    'Makes etl.stale_dates exact again after a restore, and continues the sequences; returns how many days are stale. The first ingest or load in a warehouse that came from another cluster or database does the same.';
