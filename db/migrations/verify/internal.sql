-- Verify warehouse:internal on pg
BEGIN;

SELECT
    'internal.users_dim_stage'::regclass,
    'internal.users_dim_changed'::regclass,
    'internal.users_dim_splice'::regclass;

SELECT 1 / (to_regprocedure('raw.parse_json(bytea)') IS NULL)::integer;

ROLLBACK;
