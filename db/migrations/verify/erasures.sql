-- Verify warehouse:erasures on pg
BEGIN;

SELECT token, erased_at, events, rejects, versions
FROM etl.erasures
WHERE false;

SELECT 1 / count(*)
FROM etl.erasure_secret
WHERE secret IS NOT NULL;

ROLLBACK;
