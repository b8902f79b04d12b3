-- internal.require_users_dim_period(): a load waits for the queries that run; lock_load.sql has one that runs for too long.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(1);
\ir ../../fixtures/other_session.sql

\! psql --no-psqlrc --quiet --command="BEGIN; LOCK TABLE crm.users_dim IN ACCESS SHARE MODE; SELECT pg_sleep(2.5)" >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('crm.users_dim') \g /dev/null

SELECT lives_ok($$ SELECT internal.require_users_dim_period('2020-12-08') $$, 'a query of two seconds is waited for');

SELECT * FROM finish();
ROLLBACK;
