-- Verify warehouse:user_events_history on pg
BEGIN;

SELECT event_date, reported_on, n_created, n_updated, n_deleted, n_unique, n_total
FROM reports.user_events_history
WHERE false;

ROLLBACK;
