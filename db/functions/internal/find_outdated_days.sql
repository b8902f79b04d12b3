-- Reads etl.load_runs, etl.rules and etl.purges, writes internal.outdated_days.
-- requires: etl.last_loads
CREATE OR REPLACE FUNCTION internal.find_outdated_days(p_load_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_outdated_days$
BEGIN
    DELETE FROM internal.outdated_days WHERE load_name = p_load_name;

    INSERT INTO internal.outdated_days (load_name, import_date)
    SELECT p_load_name, last_load.import_date
    FROM etl.last_loads AS last_load
    JOIN etl.rules AS made ON made.load_name = last_load.load_name AND made.fingerprint = last_load.rules
    JOIN etl.loads AS load ON load.load_name = last_load.load_name -- equivalent: each run is of a load
    JOIN etl.rules AS present ON present.load_name = load.load_name AND present.fingerprint = load.rules
    WHERE last_load.load_name = p_load_name
      AND made.same_as <> present.same_as
      -- What raw.drop_before removed cannot be loaded again.
      AND last_load.import_date::timestamp AT TIME ZONE 'UTC' >= internal.retention_start();
END;
$find_outdated_days$;

COMMENT ON FUNCTION internal.find_outdated_days(text) IS
    'Finds the UTC days of a load whose last run had rules that give other results than its present ones. The load must be locked.';
