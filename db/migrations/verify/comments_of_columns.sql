-- Verify warehouse:comments_of_columns on pg
BEGIN;

SELECT 1 / count(*) FROM (SELECT col_description('crm.users_dim'::regclass, 1)) AS comment (text) WHERE text IS NOT NULL;

ROLLBACK;
