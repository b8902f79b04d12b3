-- Verify warehouse:new_late_days on pg
BEGIN;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE pronamespace = 'internal'::regnamespace
  AND proname IN ('find_changed_users', 'find_late_neighbors')
  AND pronargs <> 3;

ROLLBACK;
