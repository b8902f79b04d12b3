-- Verify warehouse:one_search on pg
BEGIN;

SELECT before_place
FROM internal.users_dim_neighbors
WHERE false;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE pronamespace = 'internal'::regnamespace
  AND proname IN ('find_users_dim_neighbors', 'find_users_dim_successors');

ROLLBACK;
