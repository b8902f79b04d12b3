-- Revert warehouse:user_events_history from pg
BEGIN;

DROP TRIGGER IF EXISTS user_events_daily_history ON reports.user_events_daily;
DROP TABLE reports.user_events_history CASCADE;

COMMIT;
