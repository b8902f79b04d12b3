-- Verify warehouse:replica_identity on pg
BEGIN;

SELECT 1 / (count(*) FILTER (WHERE relreplident <> 'f') = 0)::integer
FROM pg_partition_tree('crm.users_dim') AS part
JOIN pg_class ON pg_class.oid = part.relid;

ROLLBACK;
