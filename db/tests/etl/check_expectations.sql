-- etl.check_expectations() and the expectations that a new warehouse has.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(37);

CREATE TEMP TABLE given AS TABLE etl.expectations;
CREATE FUNCTION pg_temp.finding(p_name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE etl.expectations SET checked_at = NULL WHERE expectation_name ~ p_name;
    PERFORM etl.check_expectations();
    RETURN (SELECT finding FROM etl.expectations WHERE expectation_name ~ p_name);
END $$;

SELECT is(etl.check_expectations(), 5::bigint, 'what was never checked is checked');
SELECT is_empty('SELECT * FROM etl.expectations WHERE finding IS NOT NULL', 'an empty warehouse is as expected');
SELECT ok(bool_and(checked_at > now() AND duration >= '0'), 'when it was checked, and how long it took') FROM etl.expectations;
SELECT is(etl.check_expectations(), 0::bigint, 'once in a while, not each time');
UPDATE etl.expectations SET checked_at = checked_at - every WHERE every = '1 day';
SELECT is(etl.check_expectations(), 1::bigint, 'when its time is over');
DELETE FROM etl.expectations;

-- Adding one is one INSERT.
INSERT INTO etl.expectations (expectation_name, query) VALUES
    ('one', 'SELECT format(''%s of %s'', 1, 2) ;  '),
    ('more', 'SELECT text, 5 FROM (VALUES (''b''), (''a''), (NULL)) AS found (text) -- all of them'),
    ('nothing to say', 'SELECT NULL'),
    ('none', 'SELECT user_id FROM crm.users_dim'),
    ('broken', 'SELECT 1 / 0'),
    ('no query', 'DROP TABLE crm.users_dim'),
    ('a write', 'SELECT set_config(''work_mem'', ''1MB'', false) FROM raw.drop_before(current_date)'),
    ('a row that goes', 'WITH gone AS (DELETE FROM etl.loads RETURNING 1) SELECT * FROM gone'),
    ('odd text', 'SELECT E''\x1b[31m'' || repeat(''x'', 600)'),
    ('the zone', 'SELECT concat_ws('' '', current_setting(''timezone''), now()::date = current_date, current_setting(''datestyle''))');
SET LOCAL timezone = 'Pacific/Kiritimati';
SET LOCAL datestyle = 'SQL, DMY';
SELECT is(etl.check_expectations(), 10::bigint, 'all are checked, whatever becomes of one');
RESET datestyle;
SET LOCAL timezone = 'UTC';
SELECT is(
    (SELECT finding FROM etl.expectations WHERE expectation_name = expected.name), expected.finding,
    format('finding: %s', expected.name)
)
FROM (VALUES
    ('one', '1 found: 1 of 2'),
    ('more', '3 found: a'),
    ('nothing to say', '1 found'),
    ('none', NULL),
    ('broken', 'the query fails: division by zero'),
    ('no query', 'the query fails: syntax error at or near "TABLE"'),
    ('odd text', U&'1 found: \FFFD[31m' || repeat('x', 486)),
    ('the zone', '1 found: UTC t ISO, DMY')
) AS expected (name, finding);
SELECT matches(finding, 'the query fails: ', format('it may not write: %s', expectation_name))
FROM etl.expectations
WHERE expectation_name IN ('a write', 'a row that goes');
SELECT lives_ok('INSERT INTO etl.purges VALUES (''2020-12-08'', now(), 0)', 'who called it may write afterwards');
SELECT bag_eq(
    $$ SELECT problem FROM etl.problems WHERE problem ~ 'expected: (one|none|broken)' $$,
    ARRAY['expected: one; 1 found: 1 of 2', 'expected: broken; the query fails: division by zero'],
    'problems: what is not as expected'
);
UPDATE etl.expectations SET query = 'SELECT 1 WHERE false', checked_at = NULL WHERE expectation_name = 'one';
SELECT etl.check_expectations() \g /dev/null
SELECT is(finding, NULL, 'until it is') FROM etl.expectations WHERE expectation_name = 'one';
DELETE FROM etl.expectations;

-- One that takes longer than the time that the role has, or that somebody cancels.
INSERT INTO etl.expectations (expectation_name, query) VALUES
    ('asleep', 'SELECT 1 FROM pg_sleep(30)'), ('before', 'SELECT 1'),
    ('broken promise', 'SELECT pg_temp.promise()'), ('zeal', 'SELECT current_setting(''application_name'')');
CREATE FUNCTION pg_temp.promise() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN ASSERT false, 'not so'; END $$;
UPDATE etl.expectations SET checked_at = now() - interval '1 hour' WHERE expectation_name = 'before';
SET LOCAL statement_timeout = '300ms';
SELECT is(etl.check_expectations(), 1::bigint, 'one that is canceled ends the call');
SET LOCAL statement_timeout = 0;
SELECT is(finding, 'the query fails: canceling statement due to statement timeout', 'is a finding')
FROM etl.expectations WHERE expectation_name = 'asleep';
UPDATE etl.expectations SET checked_at = now() - interval '30 minutes' WHERE expectation_name = 'asleep';
SET LOCAL statement_timeout = '300ms';
SELECT is(etl.check_expectations(), 4::bigint, 'and keeps no other from its turn');
SET LOCAL statement_timeout = 0;
SELECT is(finding, 'the query fails: not so', 'a failed assertion is a finding') FROM etl.expectations WHERE expectation_name = 'broken promise';
SELECT is(
    finding, '1 found: warehouse catch-up: expectation zeal', 'while a query runs, the session has its name'
) FROM etl.expectations WHERE expectation_name = 'zeal';
DELETE FROM etl.expectations;

-- Those that are there from the beginning.
INSERT INTO etl.expectations TABLE given;
INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected) VALUES
    (now() - interval '25 hours', 100, 0, 0, 100),
    (now() - interval '1 hour', 190, 189, 0, 1),
    (now(), 10, 9, 0, 1);
SELECT is(pg_temp.finding('rejected'), NULL, 'rejects: 1 % is well');
UPDATE etl.ingests SET rejected = 2, inserted = 8 WHERE received = 10;
SELECT is(pg_temp.finding('rejected'), '1 found: 3 of 200', 'rejects: more is not');
DELETE FROM etl.ingests WHERE received > 10;
SELECT is(pg_temp.finding('rejected'), NULL, 'rejects: of fewer than 100 messages, none tells anything');

INSERT INTO reports.user_events_daily
SELECT current_date - age, n, 0, 0, n, n
FROM (VALUES (15, 100), (14, 101), (13, 100), (12, 99), (8, 100), (7, 50), (6, 50), (5, 0), (0, 0)) AS day (age, n);
SELECT is(
    pg_temp.finding('fewer'), format('2 found: %s: 50 events, 101 a week before', current_date - 7),
    'events: fewer than half, on a day of the last week; 99 a week before tell nothing'
);
SELECT is((SELECT count(*) FROM reports.user_events_daily WHERE event_date = current_date - 1), 0::bigint, 'events: a day without a row counts as 0');
INSERT INTO crm.users_dim_open (user_id, valid_from, is_deleted, event_sk) VALUES ('anna', '2020-12-08 10:00Z', false, 1);
SELECT is(pg_temp.finding('gap'), NULL, 'versions: as they should be');
SELECT internal.add_users_dim_period('2020-12-01') \g /dev/null
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk)
SELECT user_id, '2020-12-07 10:00Z', '2020-12-07 11:00Z', false, false, 2
FROM unnest(ARRAY['anna', 'bert']) AS user_id;
SELECT is(
    pg_temp.finding('gap'), '2 found: ends before the next version begins: 1', 'versions: what is wrong, and how often; nobody is named'
);


INSERT INTO raw.user_events (event_key, user_id, event_type, received_at)
VALUES (gen_random_uuid(), 'a', 'User Created', now() + interval '5 minutes');
SELECT is(pg_temp.finding('ahead'), NULL, 'the future: clocks may differ by 5 minutes');
INSERT INTO raw.user_events (event_key, user_id, event_type, received_at)
VALUES (gen_random_uuid(), 'a', 'User Created', now() + interval '6 minutes'), (gen_random_uuid(), 'a', 'User Created', '2190-01-01 10:00Z');
SELECT is(pg_temp.finding('ahead'), '1 found: 2 events, the last at 2190-01-01 10:00:00+00', 'the future: how many events, and the last');
SELECT matches(remedy, 'Events from the future', 'with a remedy of its own') FROM etl.problems WHERE problem ~ 'ahead of the clock';

-- The counts are tested in etl/partial_updates.sql.
CREATE FUNCTION pg_temp.updates(p_partial bigint, p_updates bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION etl.partial_updates(OUT n_updates bigint, OUT n_partial bigint) LANGUAGE sql AS %L',
        format('SELECT %s::bigint, %s::bigint', p_updates, p_partial));
    RETURN pg_temp.finding('lack');
END;
$$;
SELECT is(pg_temp.updates(20, 100), NULL, 'partial updates: a fifth is well');
SELECT is(pg_temp.updates(19, 19), NULL, 'partial updates: fewer than 20 tell nothing');
SELECT is(pg_temp.updates(21, 104), '1 found: 21 of 104: does the producer send partial updates?', 'partial updates: more is not well');

SELECT * FROM finish();
ROLLBACK;
