-- Verify warehouse:ingests_by_time on pg
BEGIN;

SELECT 1 / count(*) FROM pg_class WHERE oid = to_regclass('etl.ingests_ingested_at_ix');

ROLLBACK;
