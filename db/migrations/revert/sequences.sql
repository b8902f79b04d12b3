-- Revert warehouse:sequences from pg
BEGIN;

SET LOCAL client_min_messages = warning;

ALTER TABLE raw.user_events DROP COLUMN sequence CASCADE;

COMMIT;
