-- Revert warehouse:attributes from pg
BEGIN;

ALTER TABLE internal.users_dim_stage
    DROP COLUMN attributes,
    DROP COLUMN open_attributes;
ALTER TABLE crm.users_dim DROP COLUMN attributes CASCADE;

COMMIT;
