-- Revert warehouse:accepted_settings from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.accepted_settings CASCADE;
DROP FUNCTION IF EXISTS etl.accept_setting(text, text, text);

COMMIT;
