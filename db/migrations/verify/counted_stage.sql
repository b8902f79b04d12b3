-- Verify warehouse:counted_stage on pg
BEGIN;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE pronamespace = 'internal'::regnamespace
  AND (
      (proname = 'stage_users_dim_day' AND prorettype <> 'record'::regtype)
      OR (proname = 'load_users_in_order' AND pronargs <> 2)
      OR (proname = 'load_late_users' AND pronargs <> 5)
  );

ROLLBACK;
