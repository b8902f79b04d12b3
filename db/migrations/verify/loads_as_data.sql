-- Verify warehouse:loads_as_data on pg
BEGIN;

SELECT table_name, table_key FROM etl.loads WHERE false;
SELECT 1 / count(*) FROM pg_constraint WHERE conname = 'load_runs_load_fk';

ROLLBACK;
