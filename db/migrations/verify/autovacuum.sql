-- Verify warehouse:autovacuum on pg
BEGIN;

SELECT 1 / (count(*) = 0)::integer
FROM pg_inherits
JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'crm.users_dim'::regclass
  AND reloptions::text NOT LIKE '%autovacuum_vacuum_scale_factor=%';

SELECT 1 / (reloptions::text LIKE '%autovacuum_analyze_scale_factor=%')::integer
FROM pg_class
WHERE oid = 'raw.user_events'::regclass;

ROLLBACK;
