-- Revert warehouse:published_validity from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE crm.users_dim DROP COLUMN is_valid CASCADE;
ALTER TABLE crm.users_dim ADD COLUMN is_valid boolean NOT NULL GENERATED ALWAYS AS (valid_to IS NULL) STORED;

COMMIT;
