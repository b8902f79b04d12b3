-- Verify warehouse:loads on pg
BEGIN;

SELECT load_name, position FROM etl.loads WHERE false;
SELECT 1 / count(*) FROM etl.loads WHERE load_name = 'users_dim';

ROLLBACK;
