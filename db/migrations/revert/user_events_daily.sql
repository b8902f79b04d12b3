-- Revert warehouse:user_events_daily from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE reports.user_events_daily CASCADE;

COMMIT;
