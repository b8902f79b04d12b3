-- Verify warehouse:rules on pg
BEGIN;

SELECT load_name, fingerprint, noted_at, functions, same_as, accepted_at, accepted_by, accepted_reason FROM etl.rules WHERE false;
SELECT rules FROM etl.loads WHERE false;
SELECT rules FROM etl.load_runs WHERE false;
SELECT load_name, import_date FROM internal.outdated_days WHERE false;

ROLLBACK;
