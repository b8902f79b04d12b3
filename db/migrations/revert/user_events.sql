-- Revert warehouse:user_events from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE raw.rejected_user_events CASCADE;
DROP TABLE raw.user_events CASCADE;

COMMIT;
