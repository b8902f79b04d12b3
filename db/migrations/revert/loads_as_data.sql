-- Revert warehouse:loads_as_data from pg
BEGIN;

ALTER TABLE internal.outdated_days DROP CONSTRAINT outdated_days_load_fk;
ALTER TABLE etl.rules DROP CONSTRAINT rules_load_fk;
ALTER TABLE etl.load_failures DROP CONSTRAINT load_failures_load_fk;
ALTER TABLE etl.load_runs DROP CONSTRAINT load_runs_load_fk;

COMMENT ON COLUMN etl.loads.depends_on IS 'The tables that it reads.';
COMMENT ON COLUMN etl.loads.load_function IS NULL;
ALTER TABLE etl.loads
    ALTER COLUMN position DROP IDENTITY,
    ALTER COLUMN takes_day DROP DEFAULT,
    DROP COLUMN table_key CASCADE,
    DROP COLUMN table_name CASCADE;

COMMIT;
