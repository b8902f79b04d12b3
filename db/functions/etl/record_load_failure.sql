-- Writes etl.load_failures.
CREATE OR REPLACE FUNCTION etl.record_load_failure(
    p_load_name   text,
    p_import_date date,
    p_started_at  timestamptz,
    p_sqlstate    text,
    p_message     text
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $record_load_failure$
BEGIN
    PERFORM internal.begin_change('etl.record_load_failure');

    INSERT INTO etl.load_failures (load_name, import_date, started_at, failed_at, sqlstate, message)
    VALUES (p_load_name, p_import_date, p_started_at, clock_timestamp(), p_sqlstate, internal.clean_reason(p_message));
END;
$record_load_failure$;

COMMENT ON FUNCTION etl.record_load_failure(text, date, timestamptz, text, text) IS
    'Records the time and the error of a failed load. The caller of the load calls it after the rollback, as etl.run_loads does.';
