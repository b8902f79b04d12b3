-- Deploy warehouse:published_validity to pg
-- requires: replica_identity
BEGIN;

-- From PostgreSQL 18 on, a table whose replica identity has a generated column can be written to only while each publication
-- that holds it publishes generated columns, which none does by default.
ALTER TABLE crm.users_dim ALTER COLUMN is_valid DROP EXPRESSION;
ALTER TABLE crm.users_dim ALTER COLUMN is_valid SET DEFAULT true;
ALTER TABLE crm.users_dim ADD CONSTRAINT users_dim_is_valid_ck CHECK (is_valid = (valid_to IS NULL));

COMMIT;
