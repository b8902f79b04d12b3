-- Verify warehouse:open_place on pg
BEGIN;

SELECT open_place
FROM internal.users_dim_stage
WHERE false;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE pronamespace = 'internal'::regnamespace
  AND proname IN ('find_changed_users', 'find_users_dim_neighbors', 'find_gone_versions')
  AND prorettype = 'void'::regtype;

ROLLBACK;
