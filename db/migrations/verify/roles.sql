-- Verify warehouse:roles on pg
BEGIN;

SELECT
    'warehouse_ingest'::regrole,
    'warehouse_load'::regrole,
    'warehouse_read'::regrole;

SELECT 1 / count(*)
FROM pg_database
WHERE datname = current_database()
  AND has_database_privilege('warehouse_ingest', oid, 'CONNECT')
  AND has_database_privilege('warehouse_load', oid, 'CONNECT')
  AND has_database_privilege('warehouse_read', oid, 'CONNECT');

ROLLBACK;
