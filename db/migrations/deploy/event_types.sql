-- Deploy warehouse:event_types to pg
-- requires: loads_as_data
BEGIN;

-- etl.event_types has the types; raw.ingest_user_events, the only way into raw, refuses others.
ALTER TABLE raw.user_events DROP CONSTRAINT user_events_event_type_ck;

-- The events of each type are counted in raw.
ALTER TABLE etl.arrivals ADD COLUMN n_events bigint;
UPDATE etl.arrivals SET n_events = n_created + n_updated + n_deleted;

COMMENT ON COLUMN etl.arrivals.n_events IS 'How many events it brought for the day.';
COMMENT ON COLUMN etl.arrivals.n_created IS 'Not filled any more, like the next two columns: n_events counts all types.';

-- The rules are stated in another way, and give the same results. What was made by the present ones counts as made by those that
-- db/migrate notes next.
UPDATE etl.load_runs AS load_run
SET rules = NULL
FROM etl.loads AS load
JOIN etl.rules AS present ON present.load_name = load.load_name AND present.fingerprint = load.rules
JOIN etl.rules AS same ON same.load_name = present.load_name AND same.same_as = present.same_as
WHERE load.load_name IN ('users_dim', 'user_events_daily')
  AND load_run.load_name = load.load_name
  AND load_run.rules = same.fingerprint;

-- db/migrate makes them anew, with other columns.
SET LOCAL client_min_messages = warning;
DROP VIEW IF EXISTS internal.counted_events;
DROP FUNCTION IF EXISTS internal.arrived_events(text, date, pg_snapshot);

COMMIT;
