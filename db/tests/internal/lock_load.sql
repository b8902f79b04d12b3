-- internal.lock_load(): out of order nobody waits; internal.prepare_users_dim_period(): nobody ever waits.
BEGIN;
SELECT plan(6);

\! psql --no-psqlrc --quiet --command="BEGIN; SELECT internal.lock_load('users_dim'); LOCK TABLE crm.users_dim IN SHARE UPDATE EXCLUSIVE MODE; SELECT pg_sleep(60)" >/dev/null 2>&1 &
CREATE TEMP VIEW other AS
SELECT pid
FROM pg_locks
-- Locks are of all databases, and in a copy of this one the table has the same number.
WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation = 'crm.users_dim'::regclass
  AND pid <> pg_backend_pid();
DO $$
BEGIN
    WHILE NOT EXISTS (SELECT FROM other) LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
END;
$$;

SELECT lives_ok($$ SELECT internal.lock_load('user_events_daily') $$, 'another load than the one that runs is free');
SELECT throws_ok(
    $$ SELECT internal.lock_load('users_dim') $$, '55P03', 'the load users_dim runs in another transaction',
    'one that comes earlier in etl.loads is not waited for: the other could wait for us'
);
SELECT lives_ok(
    $$ SELECT internal.prepare_users_dim_period('2020-12-08') $$, 'who prepares periods does not wait'
);
SELECT is(to_regclass('crm.users_dim_2020_12'), NULL, 'and leaves them to another load');
SELECT throws_ok(
    $$ SELECT internal.require_users_dim_period('2020-12-08') $$, '55P03',
    'crm.users_dim needs a partition for 2020-12, which cannot be made while queries of it run',
    'who needs one waits for a while'
);
SELECT ok(pg_terminate_backend(pid), 'the other was there all the time') FROM other;

SELECT * FROM finish();
ROLLBACK;
