-- Revert warehouse:history from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE internal.outdated_days DROP COLUMN reason CASCADE;
DROP TABLE internal.history, internal.history_days CASCADE;

COMMIT;
