-- internal.exchange_obstacle(): where etl.build_history must not exchange partitions.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(9);
SET LOCAL client_min_messages = error;

-- The statements that a test needs, and take it back, so that one obstacle is there at a time.
CREATE FUNCTION pg_temp.obstacle(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_obstacle text;
BEGIN
    EXECUTE p_statement;
    v_obstacle := internal.exchange_obstacle();
    RAISE SQLSTATE 'WH001';
EXCEPTION
    WHEN SQLSTATE 'WH001' THEN RETURN v_obstacle;
END
$$;

SELECT is(internal.exchange_obstacle(), NULL, 'our own partitions, indexes, checks and views are none');
SELECT is(pg_temp.obstacle(statement), obstacle, statement)
FROM (VALUES
    ('ALTER TABLE crm.users_dim ADD COLUMN country text GENERATED ALWAYS AS (attributes ->> ''country'') STORED', NULL),
    ('CREATE PUBLICATION p FOR TABLE crm.users_dim', 'crm.users_dim is published'),
    ('CREATE PUBLICATION p FOR TABLE crm.users_dim_open', 'crm.users_dim is published'),
    ('CREATE PUBLICATION p FOR ALL TABLES', 'crm.users_dim is published'),
    ('CREATE VIEW public.v AS TABLE crm.users_dim_open', 'rule _RETURN on view public.v depends on the partition crm.users_dim_open'),
    ('CREATE TABLE public.t (user_id text REFERENCES crm.users_dim_open)',
     'constraint t_user_id_fkey on table public.t depends on the partition crm.users_dim_open'),
    ('CREATE POLICY y ON crm.users_dim_open', 'policy y on table crm.users_dim_open belongs to the partition crm.users_dim_open'),
    ('CREATE TRIGGER g BEFORE INSERT ON crm.users_dim_open FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
     'trigger g on table crm.users_dim_open belongs to the partition crm.users_dim_open')
) AS test (statement, obstacle);

SELECT * FROM finish();
ROLLBACK;
