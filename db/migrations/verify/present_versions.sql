-- Verify warehouse:present_versions on pg
BEGIN;

SELECT is_present
FROM internal.users_dim_stage
WHERE false;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE pronamespace = 'internal'::regnamespace
  AND (proname = 'find_changed_users' OR proname = 'stage_users_dim_day' AND pronargs = 3);

ROLLBACK;
