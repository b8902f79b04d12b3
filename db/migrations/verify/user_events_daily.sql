-- Verify warehouse:user_events_daily on pg
BEGIN;

SELECT event_date, n_created, n_updated, n_deleted, n_unique, n_total
FROM reports.user_events_daily
WHERE false;

ROLLBACK;
