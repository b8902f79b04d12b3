-- Reads the catalogs, writes etl.rules, etl.loads, etl.load_runs and internal.outdated_days.
-- Called by db/migrate, which has locked all rows of etl.loads, but those that its migrations add.
-- Rerun: the same functions change nothing.
CREATE OR REPLACE FUNCTION internal.note_rules()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $note_rules$
BEGIN
    -- A new load has the days to load that others have loaded; what has arrived since makes them stale anyway.
    INSERT INTO internal.outdated_days (load_name, import_date, reason)
    SELECT DISTINCT load.load_name, load_run.import_date, 'never loaded' -- for speed: a day may have many runs
    FROM etl.loads AS load
    CROSS JOIN etl.load_runs AS load_run
    WHERE load.takes_day
      AND load.rules IS NULL
      AND internal.can_load(load, load_run.import_date)
      AND NOT EXISTS (SELECT FROM etl.load_runs AS own WHERE own.load_name = load.load_name)
    ON CONFLICT ON CONSTRAINT outdated_days_pk DO NOTHING;

    WITH present AS (
        SELECT load_name, functions, left(encode(sha256(convert_to(functions::text, 'UTF8')), 'hex'), 16) AS fingerprint
        FROM etl.loads
        CROSS JOIN LATERAL internal.rules_of(coalesce(decided_by, load_function)) AS functions
        WHERE takes_day
    ),
    noted AS (
        INSERT INTO etl.rules (load_name, fingerprint, functions, same_as)
        SELECT load_name, fingerprint, functions, fingerprint
        FROM present
        ON CONFLICT ON CONSTRAINT rules_pk DO NOTHING
    )
    UPDATE etl.loads AS load
    SET rules = present.fingerprint
    FROM present
    WHERE load.load_name = present.load_name
      AND load.rules IS DISTINCT FROM present.fingerprint; -- for speed: the same is written again

    -- Results of before there were fingerprints.
    UPDATE etl.load_runs AS load_run
    SET rules = load.rules
    FROM etl.loads AS load
    WHERE load_run.load_name = load.load_name
      AND load_run.rules IS NULL;

    PERFORM internal.find_outdated_days(load_name)
    FROM etl.loads
    WHERE takes_day; -- for speed: others have no days
END;
$note_rules$;

COMMENT ON FUNCTION internal.note_rules() IS
    'Notes the present rules of each load (etl.loads.decided_by and what that uses), and finds the days that were made under other rules, and those that a new load has to load. Runs of an older release, without a fingerprint, count as made under the present rules.';
