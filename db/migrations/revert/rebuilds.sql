-- Revert warehouse:rebuilds from pg
BEGIN;

DROP TABLE internal.users_dim_differences CASCADE;

COMMIT;
