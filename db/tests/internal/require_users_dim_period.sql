-- internal.require_users_dim_period(): a load waits for the queries that run; lock_load.sql has one that runs for too long.
BEGIN;
SELECT plan(1);

\! psql --no-psqlrc --quiet --command="BEGIN; LOCK TABLE crm.users_dim IN ACCESS SHARE MODE; SELECT pg_sleep(2.5)" >/dev/null 2>&1 &
DO $$
BEGIN
    WHILE NOT EXISTS (
        SELECT
        FROM pg_locks
        WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND relation = 'crm.users_dim'::regclass
    ) LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
END;
$$;

SELECT lives_ok($$ SELECT internal.require_users_dim_period('2020-12-08') $$, 'a query of two seconds is waited for');

SELECT * FROM finish();
ROLLBACK;
