-- Revert warehouse:sequences from pg
BEGIN;

ALTER TABLE raw.user_events DROP COLUMN sequence CASCADE;

COMMIT;
