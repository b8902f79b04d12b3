-- Deploy warehouse:sequences to pg
-- requires: user_events
BEGIN;

ALTER TABLE raw.user_events ADD COLUMN sequence bigint;

COMMENT ON COLUMN raw.user_events.sequence IS
    'The order that the producer gives to events of one instant; null when it gives none, and in events from before this column.';

COMMIT;
