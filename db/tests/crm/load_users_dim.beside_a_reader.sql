-- crm.load_users_dim(): somebody who reads the staging tables, pg_dump for one, does not hold it up.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(3);
\ir ../fixtures/history.sql
\ir ../fixtures/other_session.sql

\! psql --no-psqlrc --quiet --command='BEGIN; TABLE internal.users_dim_stage; TABLE internal.users_dim_neighbors; SELECT pg_sleep(60)' >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('internal.users_dim_neighbors') \g /dev/null

INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES
    ('anna', 'User Created', '2020-12-08 10:00Z'),
    ('anna', 'User Updated', '2020-12-09 10:00Z');
-- So many that the stage would be truncated.
INSERT INTO raw.user_events (user_id, event_type, received_at)
SELECT number, 'User Created', '2020-12-08 10:00Z' FROM generate_series(1, 20000) AS number;
SET LOCAL lock_timeout = '5s';
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
SELECT is(crm.load_users_dim('2020-12-08'), 20001::bigint, 'it loads');
SELECT is_empty(
    'SELECT user_id FROM internal.users_dim_stage UNION ALL SELECT user_id FROM internal.users_dim_changed UNION ALL SELECT user_id FROM internal.users_dim_neighbors',
    'and leaves its stage empty'
);
SELECT ok(pg_terminate_backend(pg_temp.wait_for_lock('internal.users_dim_neighbors')), 'the reader was there all the time');

SELECT * FROM finish();
ROLLBACK;
