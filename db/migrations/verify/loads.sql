-- Verify warehouse:loads on pg
BEGIN;

SELECT load_name, position, load_function, takes_day, depends_on FROM etl.loads WHERE false;
SELECT 1 / count(*) FROM etl.loads WHERE load_name = 'users_dim';

ROLLBACK;
