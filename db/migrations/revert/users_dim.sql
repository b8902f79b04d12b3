-- Revert warehouse:users_dim from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE etl.users_dim_splice CASCADE;
DROP TABLE etl.users_dim_stage CASCADE;
DROP TABLE crm.users_dim CASCADE;

COMMIT;
