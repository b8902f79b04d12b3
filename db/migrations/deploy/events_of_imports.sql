-- Deploy warehouse:events_of_imports to pg
-- requires: ingests
BEGIN;

ALTER TABLE etl.ingests ADD COLUMN event_sks int8multirange;

COMMENT ON COLUMN etl.ingests.event_sks IS
    'Which rows of raw.user_events and raw.rejected_user_events came of the messages of that import.';

COMMIT;
