-- Revert warehouse:schemas from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP SCHEMA etl CASCADE;
DROP SCHEMA reports CASCADE;
DROP SCHEMA crm CASCADE;
DROP SCHEMA raw CASCADE;

COMMIT;
