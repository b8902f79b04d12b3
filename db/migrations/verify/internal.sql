-- Verify warehouse:internal on pg
BEGIN;

SELECT 'internal.users_dim_stage'::regclass, 'internal.users_dim_changed'::regclass;

SELECT user_id, first_from, before_from, before_to, next_from, n_begun
FROM internal.users_dim_neighbors
WHERE false;

SELECT 1 / (to_regprocedure('raw.parse_json(bytea)') IS NULL)::integer;

ROLLBACK;
