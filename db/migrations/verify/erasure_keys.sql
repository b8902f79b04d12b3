-- Verify warehouse:erasure_keys on pg
BEGIN;

SELECT readmitted_at FROM etl.erasures WHERE false;

ROLLBACK;
