-- Revert warehouse:event_types from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE etl.arrivals DROP COLUMN n_events CASCADE;
-- Without the types, the days are loaded as a whole.
UPDATE etl.arrivals SET event_sks = NULL, n_created = 0, n_updated = 0, n_deleted = 0;
COMMENT ON COLUMN etl.arrivals.n_created IS 'How many events of this type it brought for the day; likewise the next two columns.';

ALTER TABLE raw.user_events ADD CONSTRAINT user_events_event_type_ck
    CHECK (event_type IN ('User Created', 'User Updated', 'User Deleted'));

DROP VIEW IF EXISTS internal.counted_events CASCADE;
DROP FUNCTION IF EXISTS internal.arrived_events(text, date, pg_snapshot);

COMMIT;
