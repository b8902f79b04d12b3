-- Verify warehouse:event_types on pg
BEGIN;

SELECT n_events FROM etl.arrivals WHERE false;

ROLLBACK;
