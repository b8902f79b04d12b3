-- Revert warehouse:erasures from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.erasures CASCADE;
DROP TABLE etl.erasure_secret CASCADE;

COMMIT;
