-- internal.count_history_days(): a partition that a load added meanwhile has no twin, and is left out.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

CREATE TABLE internal.users_dim_open (LIKE crm.users_dim);
SELECT internal.add_users_dim_period('2021-01-01');

SELECT is(count(*), 1::bigint, 'one partition has no twin') FROM internal.users_dim_partitions WHERE twin IS NULL;
SELECT is_empty('SELECT * FROM internal.count_history_days(now())', 'the others are counted');

SELECT * FROM finish();
ROLLBACK;
