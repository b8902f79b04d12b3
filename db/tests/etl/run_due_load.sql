-- etl.run_due_load(): a load runs only where it never ran or is stale, once it has the table for itself.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(10);
\ir ../fixtures/arrive.sql
\ir ../fixtures/locked.sql

INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
VALUES ('users_dim', '2020-12-07', now(), '1 s', 0, 0, '3:3:');
SELECT is(etl.run_due_load('users_dim', '2020-12-07'), NULL, 'a day that was loaded is not due');
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'it looks when nobody else runs the load');
SELECT is(count(*), 1::bigint, 'and runs nothing then') FROM etl.load_runs;
SELECT is(etl.run_due_load('users_dim', '2020-12-08'), 0::bigint, 'a day that was never loaded is due, also without events');
SELECT is(etl.run_due_load('users_dim', '2020-12-08'), NULL, 'once');
SELECT is(etl.run_due_load('user_events_daily', '2020-12-08'), 1::bigint, 'each load for itself');
SELECT pg_temp.arrive('anna Created 2020-12-08 10:00 a') \g /dev/null
SELECT is(etl.run_due_load('users_dim', '2020-12-08'), 1::bigint, 'a stale day is due');
SELECT is(etl.run_due_load('users_dim', '2020-12-08'), NULL, 'until it is loaded');
SELECT is(etl.run_due_load('user_events_daily', '2020-12-09'), 1::bigint, 'each day for itself');
SELECT is(etl.run_due_load('user_events_daily', '2020-12-09'), NULL, 'also while another day is stale');

SELECT * FROM finish();
ROLLBACK;
