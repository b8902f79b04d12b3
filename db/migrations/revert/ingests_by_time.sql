-- Revert warehouse:ingests_by_time from pg
BEGIN;

DROP INDEX etl.ingests_ingested_at_ix;

COMMIT;
