-- Revert warehouse:rules from pg
BEGIN;

DROP TABLE internal.outdated_days CASCADE;
ALTER TABLE etl.load_runs DROP COLUMN rules CASCADE;
ALTER TABLE etl.loads DROP COLUMN rules CASCADE;
DROP TABLE etl.rules CASCADE;

COMMIT;
