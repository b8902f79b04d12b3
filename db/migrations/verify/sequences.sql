-- Verify warehouse:sequences on pg
BEGIN;

SELECT sequence FROM raw.user_events WHERE false;

ROLLBACK;
