-- internal.lock_load(): out of order nobody waits; internal.prepare_users_dim_period(): nobody ever waits.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(10);
\ir ../../fixtures/other_session.sql

\! psql --no-psqlrc --quiet --command="BEGIN; SELECT internal.lock_load('users_dim'); LOCK TABLE crm.users_dim IN SHARE UPDATE EXCLUSIVE MODE; SELECT pg_sleep(60)" >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('crm.users_dim') \g /dev/null

SET LOCAL lock_timeout = '100ms';
SELECT throws_ok(
    $$ SELECT internal.lock_load('users_dim') $$, '55P03', 'canceling statement due to lock timeout', 'a load that runs is waited for'
);
SELECT throws_ok(
    $$ SELECT raw.drop_before('2020-12-08') $$, '55P03', 'canceling statement due to lock timeout',
    'who wants the locks of all loads takes them in order, and waits'
);
SET LOCAL lock_timeout = 0;
SELECT lives_ok($$ SELECT internal.lock_load('user_events_daily') $$, 'another load than the one that runs is free');
SELECT throws_ok(
    $$ SELECT internal.lock_load('users_dim') $$, '55P03', 'the load users_dim runs in another transaction',
    'one that comes earlier in etl.loads is not waited for: the other could wait for us'
);
SELECT lives_ok(
    $$ SELECT internal.prepare_users_dim_period('2020-12-08') $$, 'who prepares periods does not wait'
);
SELECT is(to_regclass('crm.users_dim_2020_12'), NULL, 'and leaves them to another load');
SELECT clock_timestamp() AS began \gset
SELECT throws_ok(
    $$ SELECT internal.require_users_dim_period('2020-12-08') $$, '55P03',
    'crm.users_dim needs a partition for 2020-12, which cannot be made while queries of it run',
    'who needs one waits for a while'
);
SELECT cmp_ok(clock_timestamp() - :'began'::timestamptz, '<', interval '10 s', 'but not for long');
SELECT ok(pg_terminate_backend(pg_temp.wait_for_lock('crm.users_dim')), 'the other was there all the time');
-- In a session of its own, a transaction each.
\set after `psql --no-psqlrc --quiet --no-align --tuples-only --command="SELECT FROM internal.lock_load('users_dim')" --command="SELECT coalesce(current_setting('warehouse.last_load', true), '') || '.'"`
SELECT is(:'after'::text, '.', 'the next transaction has no load behind it');

SELECT * FROM finish();
ROLLBACK;
