-- Verify warehouse:schemas on pg
BEGIN;

SELECT 1 / (count(*) = 4)::int
FROM pg_namespace
WHERE nspname IN ('raw', 'crm', 'reports', 'etl');

ROLLBACK;
