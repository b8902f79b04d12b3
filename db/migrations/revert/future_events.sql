-- Revert warehouse:future_events from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS internal.user_event_fault(jsonb, timestamptz, timestamptz, boolean, timestamptz);

COMMENT ON COLUMN etl.load_runs.newest_event IS 'The newest event of the day when the run began; null when it had none.';

DELETE FROM etl.expectations WHERE expectation_name = 'no event is more than 5 minutes ahead of the clock';
ALTER TABLE etl.expectations DROP COLUMN remedy CASCADE;
DROP TABLE etl.settings;

COMMIT;
