-- Verify warehouse:quarantine_limit on pg
BEGIN;

SELECT quarantine_limit FROM etl.settings WHERE false;

ROLLBACK;
