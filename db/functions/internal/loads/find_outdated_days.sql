-- Reads etl.rules_of_days, writes internal.outdated_days.
CREATE OR REPLACE FUNCTION internal.find_outdated_days(p_load_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_outdated_days$
BEGIN
    WITH outdated AS (
        SELECT day.load_name, day.import_date
        FROM etl.rules_of_days AS day
        JOIN etl.loads AS load ON load.load_name = day.load_name -- equivalent: each run is of a load
        WHERE day.load_name = p_load_name
          AND day.state = 'older'
          AND internal.can_load(load, day.import_date)
    ),
    gone AS (
        DELETE FROM internal.outdated_days
        WHERE load_name = p_load_name
          AND reason = 'the rules changed'
          AND import_date NOT IN (SELECT import_date FROM outdated)
    )
    INSERT INTO internal.outdated_days (load_name, import_date)
    SELECT load_name, import_date
    FROM outdated
    ON CONFLICT ON CONSTRAINT outdated_days_pk DO NOTHING;
END;
$find_outdated_days$;

COMMENT ON FUNCTION internal.find_outdated_days(text) IS
    'Finds the UTC days of a load whose last run had rules that give other results than the present ones. The caller must hold the lock of the load.';
