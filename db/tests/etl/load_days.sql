-- etl.load_days(): every day of a range that is not loaded as it is. It commits, so nothing is rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(15);

CREATE FUNCTION pg_temp.event(p_day text) RETURNS bytea LANGUAGE sql
    RETURN format('{"id": "a", "event_type": "User Created", "received_at": "%s 10:00"}', p_day)::bytea;
CREATE TEMP VIEW run AS
SELECT row_number() OVER (ORDER BY load_run_sk) AS number, load_name, import_date::text, xmin::text AS writer
FROM etl.load_runs;

SELECT throws_ok(
    format('CALL etl.load_days(%L, %L)', first, last), '22023',
    format('the days must be two, the first not after the last, not %s and %s', coalesce(first, 'null'), coalesce(last, 'null')),
    format('refuses %s and %s', coalesce(first, 'null'), coalesce(last, 'null'))
)
FROM (VALUES
    (NULL, '2020-12-08'), ('2020-12-08', NULL), ('-infinity', '2020-12-08'), ('2020-12-08', 'infinity'),
    ('2020-12-08', '2020-12-07')
) AS refused (first, last);
SELECT throws_ok(
    format('CALL etl.load_days(%L, %L)', first, last), '22023',
    format('the days must be in the years 1970 to 2199, as all events are, not %s to %s', first, last),
    format('refuses %s to %s', first, last)
)
FROM (VALUES ('1969-12-31', '2020-12-08'), ('2020-12-08', '2200-01-01')) AS refused (first, last);

SELECT raw.ingest_user_events(
    ARRAY[pg_temp.event('2020-02-27'), pg_temp.event('2020-02-28'), pg_temp.event('2020-03-02')], NULL
) \g /dev/null
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY['2020-02-28', '2020-03-01']::date[]) AS day \g /dev/null
SELECT raw.ingest_user_events(ARRAY[pg_temp.event('2020-02-28')], ARRAY['late']) \g /dev/null
CREATE TEMP TABLE earlier AS TABLE run;

\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-02-28', '2020-03-01')" 2>&1`
SELECT results_eq(
    'SELECT load_name, import_date FROM run WHERE number > (SELECT count(*) FROM earlier) ORDER BY number',
    $$ VALUES
        ('users_dim', '2020-02-28'),
        ('user_events_daily', '2020-02-28'),
        ('users_dim', '2020-02-29'),
        ('user_events_daily', '2020-02-29')
    $$,
    'the range, ends included: days with late events, days that were never loaded, no others'
);
SELECT matches(:'told'::text, 'INFO: +3/4 users_dim 2020-02-29: 0 rows written', 'each load is told');
SELECT results_eq(
    'SELECT event_date::text, n_total FROM reports.user_events_daily ORDER BY 1',
    $$ VALUES ('2020-02-28', 2::bigint), ('2020-02-29', 0), ('2020-03-01', 0) $$,
    'a day without events is a row of zeros'
);
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-02-28', '2020-03-01')" 2>&1`
SELECT is(:'told'::text, '', 'the same again has nothing to load');

SELECT crm.load_users_dim('2020-03-03') \g /dev/null
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-03-03', '2020-03-04')" 2>&1`
SELECT is(
    :'told'::text,
    E'INFO:  1/3 user_events_daily 2020-03-03: 1 row written\n'
        'INFO:  2/3 users_dim 2020-03-04: 0 rows written\n'
        'INFO:  3/3 user_events_daily 2020-03-04: 1 row written',
    'each day has the loads that are not done for it'
);
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('1970-01-01', '1970-01-01')" --command="CALL etl.load_days('2199-12-31', '2199-12-31')" 2>&1`
SELECT matches(
    :'told'::text, '2/2 user_events_daily 1970-01-01: 1 row written.*2/2 user_events_daily 2199-12-31: 1 row written',
    'the first and the last day that an event can have are taken'
);
INSERT INTO etl.purges (purged_before, events) VALUES ('2018-06-02', 0);
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2018-05-31', '2018-06-01')" 2>&1`
SELECT is(:'told'::text, '', 'what was removed from raw cannot be loaded, and is left out');
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2018-06-01', '2018-06-02')" 2>&1`
SELECT matches(:'told'::text, '^INFO:  1/2 users_dim 2018-06-02', 'the first day that raw keeps is not');

SELECT * FROM finish();
DELETE FROM etl.purges;
\ir ../fixtures/empty.sql
