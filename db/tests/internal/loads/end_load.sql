-- internal.end_load(): what a load did stays known.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

SELECT internal.end_load(
    'users_dim', '2020-12-08', clock_timestamp() - interval '5 seconds', '100:200:150', 7, 3, 2, '2020-12-08 10:00Z'
) \g /dev/null
SELECT results_eq(
    $$ SELECT load_name, import_date, rows_read, rows_written, events_arrived, newest_event, snapshot::text FROM etl.load_runs $$,
    $$ VALUES ('users_dim', date '2020-12-08', 7::bigint, 3::bigint, 2::bigint, timestamptz '2020-12-08 10:00Z', '100:200:150') $$,
    'a load is noted with what it read, wrote and saw'
);
SELECT ok(
    duration BETWEEN '5 seconds' AND '60 seconds' AND started_at + duration > now(),
    'and how long it took, by the clock and not by the beginning of the transaction'
)
FROM etl.load_runs;

-- An arrival that all loads have seen is forgotten; here 105 is still running for the one, 199 for the other.
INSERT INTO etl.arrivals (event_date, xid) VALUES
    ('2020-12-08', '99'), ('2020-12-08', '105'), ('2020-12-08', '199'), ('2020-12-08', '200'), ('2020-12-09', '99');
SELECT internal.end_load('users_dim', '2020-12-08', now(), '100:200:105', 7, 3, NULL, NULL) \g /dev/null
SELECT is(count(*), 5::bigint, 'one load alone forgets nothing')
FROM etl.arrivals;
SELECT internal.end_load('user_events_daily', '2020-12-08', now(), '100:210:199', 7, 3, NULL, NULL) \g /dev/null
SELECT bag_eq(
    'SELECT event_date, xid FROM etl.arrivals',
    $$ VALUES (date '2020-12-08', '105'::xid8), ('2020-12-08', '199'), ('2020-12-08', '200'), ('2020-12-09', '99') $$,
    'arrivals that both loads have seen are forgotten'
);
SELECT internal.end_load('user_events_daily', '2020-12-08', now(), '210:210:', 7, 3, NULL, NULL) \g /dev/null
SELECT internal.end_load('users_dim', '2020-12-08', now(), '210:210:', 7, 3, NULL, NULL) \g /dev/null
SELECT bag_eq(
    'SELECT event_date, xid FROM etl.arrivals', $$ VALUES (date '2020-12-09', '99'::xid8) $$,
    'all of the day are, once both have seen all'
);

INSERT INTO internal.outdated_days (load_name, import_date) VALUES
    ('users_dim', '2020-12-08'), ('users_dim', '2020-12-09'), ('user_events_daily', '2020-12-08');
SELECT internal.end_load('users_dim', '2020-12-08', now(), '210:210:', 7, 3, NULL, NULL) \g /dev/null
SELECT bag_eq(
    'SELECT load_name, import_date FROM internal.outdated_days',
    $$ VALUES ('users_dim', date '2020-12-09'), ('user_events_daily', '2020-12-08') $$,
    'the day has the present rules now, for this load only'
);

SELECT * FROM finish();
ROLLBACK;
