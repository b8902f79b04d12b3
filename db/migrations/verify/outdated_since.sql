-- Verify warehouse:outdated_since on pg
BEGIN;

SELECT since
FROM internal.outdated_days
WHERE false;

ROLLBACK;
