-- Verify warehouse:cluster on pg
BEGIN;

SELECT system_identifier, database_oid, since
FROM etl.cluster
WHERE false;

ROLLBACK;
