CREATE OR REPLACE FUNCTION etl.begin_load(p_load_name text, p_import_date date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $begin_load$
BEGIN
    IF p_import_date IS NULL OR NOT isfinite(p_import_date) THEN
        RAISE EXCEPTION 'import_date must be a day, not %', coalesce(p_import_date::text, 'null')
            USING ERRCODE = CASE WHEN p_import_date IS NULL
                    THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the day to load, e.g. DATE ''2020-12-08''.';
    END IF;

    -- A snapshot from before the lock would not show what the load before this one wrote.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a load must run in a read committed transaction, not %',
                current_setting('transaction_isolation')
            USING ERRCODE = 'active_sql_transaction',
                  HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED, or no BEGIN at all.';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('load ' || p_load_name, 0));
END;
$begin_load$;

COMMENT ON FUNCTION etl.begin_load(text, date) IS
    'What each load of one day does first: refuses a date or a transaction it cannot work with, then waits until no other load of the same table runs.';
