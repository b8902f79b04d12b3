-- etl.catch_up(): exactly the stale days, oldest first, a transaction each. It commits, so nothing is rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(13);

CREATE FUNCTION pg_temp.event(p_day text) RETURNS bytea LANGUAGE sql
    RETURN format('{"id": "a", "event_type": "User Created", "received_at": "%s 10:00"}', p_day)::bytea;
CREATE TEMP VIEW run AS
SELECT row_number() OVER (ORDER BY load_run_sk) AS number, load_name, import_date::text, xmin::text AS writer
FROM etl.load_runs;

SELECT raw.ingest_user_events(
    ARRAY[pg_temp.event('2020-12-09'), pg_temp.event('2021-01-02'), pg_temp.event('2020-12-08')], NULL
) \g /dev/null
SELECT crm.load_users_dim('2020-12-09') \g /dev/null

-- In a session of its own, whose search_path leads elsewhere; what it is told comes back.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.never(bigint, integer) RETURNS bigint LANGUAGE sql RETURN 0::bigint;
CREATE OPERATOR hostile.+ (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = hostile.never);
\setenv PGOPTIONS `echo "$PGOPTIONS -c search_path=hostile,pg_catalog"`

ALTER TABLE reports.user_events_daily ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08');
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT results_eq(
    'SELECT load_name, import_date FROM run ORDER BY number',
    $$ VALUES
        ('users_dim', '2020-12-09'),
        ('users_dim', '2020-12-08'),
        ('user_events_daily', '2020-12-09'),
        ('users_dim', '2021-01-02'),
        ('user_events_daily', '2021-01-02')
    $$,
    'what is stale is loaded, the oldest day first, the dimension before the report'
);
SELECT is((SELECT count(DISTINCT writer) FROM run), 5::bigint, 'each load is a transaction');
SELECT results_eq(
    'SELECT load_name, import_date::text FROM etl.stale_dates', $$ VALUES ('user_events_daily', '2020-12-08') $$,
    'what failed stays stale'
);
SELECT matches(:'told'::text, 'INFO: +1/5 users_dim 2020-12-08: 1 row written', 'each load is told');
SELECT matches(:'told'::text, 'WARNING: +2/5 user_events_daily 2020-12-08: .*scratch_ck', 'and each failure');
SELECT matches(:'told'::text, 'INFO: +5/5 user_events_daily 2021-01-02: 1 row written', 'which stops no other');
SELECT matches(:'told'::text, 'ERROR: +1 of 5 loads failed', 'the call fails in the end');

SELECT ok(bool_and(checked_at IS NOT NULL), 'what is expected of the data is checked, also then') FROM etl.expectations;

ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck;
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT is(:'told'::text, 'INFO:  1/1 user_events_daily 2020-12-08: 1 row written', 'once it can be loaded, it is');
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT is(:'told'::text, '', 'then there is nothing to load');

SELECT raw.ingest_user_events(ARRAY[pg_temp.event('2020-12-10'), pg_temp.event('2020-12-11')], NULL) \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
-- etl.stale_dates has such a day after all others, and the loads of a day as their rows lie.
INSERT INTO internal.outdated_days (load_name, import_date) VALUES ('users_dim', '2020-12-08');
UPDATE etl.loads SET position = position WHERE load_name = 'users_dim';
INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected)
VALUES ('2020-12-07 10:00Z', 1, 1, 0, 0), ('2020-12-07 11:00Z', 1, 1, 0, 0);
CREATE TEMP TABLE earlier AS TABLE run;
\setenv PGOPTIONS `echo "$PGOPTIONS -c client_min_messages=warning"`
\! psql --no-psqlrc --quiet --command='CALL etl.catch_up()'
SELECT results_eq(
    'SELECT load_name, import_date FROM run WHERE number > (SELECT count(*) FROM earlier) ORDER BY number',
    $$ VALUES
        ('users_dim', '2020-12-08'),
        ('user_events_daily', '2020-12-10'),
        ('users_dim', '2020-12-11'),
        ('user_events_daily', '2020-12-11')
    $$,
    'each day has the loads that are stale for it, in the same order wherever they are found'
);
SELECT is((SELECT count(*) FROM etl.ingests WHERE ingested_at < '2020-12-08'), 1::bigint, 'old ingests are summed up');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

SELECT * FROM finish();
\ir ../fixtures/empty.sql
DROP SCHEMA hostile CASCADE;
