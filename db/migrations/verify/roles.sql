-- Verify warehouse:roles on pg
BEGIN;

SELECT
    'warehouse_ingest'::regrole,
    'warehouse_load'::regrole,
    'warehouse_read'::regrole;

ROLLBACK;
