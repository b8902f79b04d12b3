-- Verify warehouse:plain_comments on pg
BEGIN;

SELECT 1 / (obj_description('etl.purges'::regclass, 'pg_class') LIKE 'One row for each date %')::integer;

ROLLBACK;
