-- Revert warehouse:internal from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE internal.users_dim_stage SET SCHEMA etl;
ALTER TABLE internal.users_dim_changed SET SCHEMA etl;
ALTER TABLE internal.users_dim_neighbors RENAME TO users_dim_splice;
ALTER TABLE internal.users_dim_splice SET SCHEMA etl;

COMMENT ON TABLE etl.users_dim_splice IS
    'What crm.users_dim has around the day that is being loaded, one row a user of etl.users_dim_changed; empty between loads.';
COMMENT ON COLUMN etl.users_dim_splice.first_from IS 'As in etl.users_dim_changed.';

DROP SCHEMA internal CASCADE;

COMMIT;
