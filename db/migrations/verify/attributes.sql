-- Verify warehouse:attributes on pg
BEGIN;

SELECT attributes FROM crm.users_dim WHERE false;
SELECT attributes, open_attributes FROM internal.users_dim_stage WHERE false;

ROLLBACK;
