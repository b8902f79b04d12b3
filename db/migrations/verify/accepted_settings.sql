-- Verify warehouse:accepted_settings on pg
BEGIN;

SELECT setting, value, reason, accepted_at, accepted_by
FROM etl.accepted_settings
WHERE false;

ROLLBACK;
