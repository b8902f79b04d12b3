-- etl.after_restore(): staleness in a cluster that counts transactions anew.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

CREATE FUNCTION pg_temp.event(p_day text) RETURNS bytea LANGUAGE sql
    RETURN format('{"id": "a", "event_type": "User Created", "received_at": "%s 10:00"}', p_day)::bytea;

-- As the old cluster left it: a day that no load has seen, one that half of them saw, one with an event after both.
INSERT INTO etl.arrivals (event_date, xid) VALUES
    ('2020-12-06', '1000000000'), ('2020-12-07', '1000000005'),
    ('2020-12-08', '1000000000'), ('2020-12-08', '1000000009'), ('2020-12-08', '1000000020');
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
SELECT load_name, day::date, now(), '1 s', 0, 0, '1000000010:1000000010:'
FROM (VALUES
    ('users_dim', '2020-12-05'), ('user_events_daily', '2020-12-05'),
    ('users_dim', '2020-12-07'),
    ('users_dim', '2020-12-08'), ('user_events_daily', '2020-12-08')
) AS run (load_name, day);

SELECT is(etl.after_restore(), 3::bigint, 'says how many days are stale');
SELECT results_eq(
    'SELECT import_date::text, load_name FROM etl.stale_dates ORDER BY 1, 2',
    $$ VALUES
        ('2020-12-06', 'user_events_daily'), ('2020-12-06', 'users_dim'),
        ('2020-12-07', 'user_events_daily'), ('2020-12-07', 'users_dim'),
        ('2020-12-08', 'user_events_daily'), ('2020-12-08', 'users_dim')
    $$,
    'whatever a load had not seen, and nothing else'
);
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY['2020-12-06', '2020-12-07', '2020-12-08']::date[]) AS day \g /dev/null
SELECT is_empty('TABLE etl.stale_dates', 'once loaded, none is stale');
SELECT is_empty('TABLE etl.arrivals', 'and nothing is left to remember');

-- The new cluster's transactions are young, whatever number the old ones had.
SELECT raw.ingest_user_events(ARRAY[pg_temp.event('2020-12-05')], NULL) \g /dev/null
SELECT bag_eq(
    'SELECT load_name, reason FROM etl.stale_dates',
    $$ VALUES
        ('users_dim', 'events arrived after the last load began'),
        ('user_events_daily', 'events arrived after the last load began')
    $$,
    'an event for a day that only the old cluster loaded makes it stale'
);
UPDATE etl.arrivals SET xid = '3'; -- of a transaction that is over
CREATE TEMP TABLE runs AS TABLE etl.load_runs;
SELECT is(etl.after_restore(), 1::bigint, 'a second time nothing gets lost');
SELECT results_ne('SELECT event_sks FROM etl.arrivals', ARRAY[NULL::int8multirange], 'nor forgotten');
SELECT is_empty('SELECT load_run_sk, snapshot::text FROM etl.load_runs EXCEPT SELECT load_run_sk, snapshot::text FROM runs', 'what loads have seen is not either');

SELECT * FROM finish();
ROLLBACK;
