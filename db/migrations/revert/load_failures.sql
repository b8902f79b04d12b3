-- Revert warehouse:load_failures from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

CREATE INDEX load_runs_arrived_ix ON etl.load_runs (started_at) WHERE events_arrived IS NOT NULL;
DROP INDEX etl.load_runs_started_at_ix;
DROP TABLE etl.load_failures CASCADE;

COMMIT;
