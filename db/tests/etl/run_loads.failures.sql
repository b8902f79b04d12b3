-- etl.run_loads(): what fails is kept in etl.load_failures. It commits, so nothing is rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(15);

SELECT raw.ingest_user_events(ARRAY[
    '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-09 10:00"}'
]::bytea[], NULL) \g /dev/null
CREATE FUNCTION public.refuse() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION E'no \x1b[31mway' USING ERRCODE = 'WH001', DETAIL = 'anna'; END $$;

-- As warehouse_load, which may not write the table itself.
\setenv PGOPTIONS `echo "$PGOPTIONS -c role=warehouse_load -c client_min_messages=warning"`
ALTER TABLE reports.user_events_daily ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08' OR public.refuse());
\set told `psql --no-psqlrc --quiet --set=VERBOSITY=verbose --command='CALL etl.catch_up()' 2>&1`
SELECT results_eq(
    'SELECT load_name, import_date::text, sqlstate, message FROM etl.load_failures',
    $$ VALUES ('user_events_daily', '2020-12-08', 'WH001', U&'no \FFFD[31mway') $$,
    'which load, which day and the error: without the detail, fit to be shown'
);
SELECT ok(
    started_at <= failed_at AND started_at > now() - interval '1 minute' AND failed_at <= clock_timestamp(),
    'when it began and failed'
) FROM etl.load_failures;
SELECT matches(:'told'::text, 'WARNING: .*user_events_daily 2020-12-08: no .*ERROR: +P0001: 1 of 4 loads failed', 'the caller gets it as well');
SELECT results_eq(
    'SELECT load_name, import_date::text FROM etl.load_runs ORDER BY load_run_sk',
    $$ VALUES ('users_dim', '2020-12-08'), ('users_dim', '2020-12-09'), ('user_events_daily', '2020-12-09') $$,
    'the other loads ran'
);

SELECT results_eq(
    'SELECT load_name, succeeded, failed, failure_rate, unresolved FROM etl.load_outcomes ORDER BY load_name',
    $$ VALUES
        ('user_events_daily', 1::bigint, 1::bigint, 0.5::double precision, U&'2020-12-08: no \FFFD[31mway'),
        ('users_dim', 2, 0, 0, NULL)
    $$,
    'the failure rate of each load'
);
SELECT bag_eq(
    $$ SELECT metric, label_value, value FROM etl.metrics WHERE metric ~ 'fail' $$,
    $$ VALUES
        ('loads_failed_in_24_hours', 'users_dim', 0::double precision), ('load_failure_rate_in_24_hours', 'users_dim', 0),
        ('loads_failed_in_24_hours', 'user_events_daily', 1), ('load_failure_rate_in_24_hours', 'user_events_daily', 0.5)
    $$,
    'metrics: likewise'
);
SELECT results_eq(
    $$ SELECT problem FROM etl.problems WHERE problem ~ 'failed' $$,
    ARRAY[U&'user_events_daily: 1 of 2 loads failed in the last 24 hours, and still to load is 2020-12-08: no \FFFD[31mway'],
    'problems: what failed and is still to load'
);

\! psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-12-08', '2020-12-08')" 2>/dev/null
SELECT is((SELECT count(*) FROM etl.load_failures), 2::bigint, 'etl.load_days() leaves a record likewise');

-- A load that takes too long, or that somebody cancels.
ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck;
ALTER TABLE reports.user_events_daily ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08' OR pg_sleep(20)::text IS NOT NULL);
SELECT raw.ingest_user_events(ARRAY[
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-10 10:00"}',
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-11 10:00"}'
]::bytea[], NULL) \g /dev/null
SELECT etl.record_load_failure('users_dim', '2020-12-11', now(), 'WH001', 'no way') \g /dev/null
\set told `psql --no-psqlrc --quiet --set=VERBOSITY=verbose --command='SET statement_timeout = 2000' --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, 'WARNING: .*2020-12-08: canceling statement due to statement timeout.*ERROR: +57014: canceled in load 4 of 5', 'a cancel ends the call');
SELECT results_eq(
    'SELECT import_date::text, sqlstate FROM etl.load_failures ORDER BY load_failure_sk DESC LIMIT 1', $$ VALUES ('2020-12-08', '57014') $$,
    'and is kept too'
);
SELECT bag_eq(
    $$ SELECT load_name, import_date::text FROM etl.load_runs WHERE import_date > '2020-12-09' $$,
    $$ VALUES ('users_dim', '2020-12-10'), ('user_events_daily', '2020-12-10'), ('user_events_daily', '2020-12-11') $$,
    'the others did not wait for what failed before; after a cancel nothing is begun'
);

ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck;
CREATE FUNCTION public.tell() RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING '<%>', current_setting('application_name'); RETURN true; END $$;
ALTER TABLE reports.user_events_daily ADD CONSTRAINT scratch_ck CHECK (event_date <> '2020-12-08' OR public.tell()) NOT VALID;
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, '<warehouse catch-up: user_events_daily 2020-12-08>', 'while a load runs, the session has its name');
ALTER TABLE reports.user_events_daily DROP CONSTRAINT scratch_ck;
SELECT results_eq(
    $$ SELECT succeeded, failed, failure_rate, unresolved FROM etl.load_outcomes WHERE load_name = 'user_events_daily' $$,
    $$ VALUES (4::bigint, 3::bigint, 3.0::double precision / 7, NULL) $$,
    'what was loaded since is resolved'
);
SELECT is_empty($$ SELECT problem FROM etl.problems WHERE problem ~ 'failed' $$, 'and needs nobody');
BEGIN; -- in which now() stays
UPDATE etl.load_failures SET failed_at = now() - interval '1 day';
UPDATE etl.load_runs SET started_at = now() - interval '1 day' WHERE import_date >= '2020-12-10';
SELECT results_eq(
    'SELECT load_name, succeeded, failed FROM etl.load_outcomes ORDER BY load_name',
    $$ VALUES ('user_events_daily', 2::bigint, 0::bigint), ('users_dim', 2, 0) $$,
    'what is a day old does not count'
);
COMMIT;

SELECT * FROM finish();
\ir ../fixtures/empty.sql
DROP FUNCTION public.refuse(), public.tell();
