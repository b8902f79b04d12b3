-- Revert warehouse:loads from pg
BEGIN;

DROP TABLE etl.loads;

COMMIT;
