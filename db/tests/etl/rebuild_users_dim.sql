-- etl.rebuild_users_dim(): the whole dimension anew, as loads of all days would have left it.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(30);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql
\ir ../fixtures/locked.sql

CREATE FUNCTION pg_temp.rebuild(p_rows integer DEFAULT 10) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', change, total, '|',
        old_row ->> 'username', old_row ->> 'valid_from', old_row ->> 'valid_to', old_row ->> 'is_valid', '|',
        new_row ->> 'username', new_row ->> 'valid_from', new_row ->> 'valid_to', new_row ->> 'is_valid')
    FROM etl.rebuild_users_dim(p_rows)
$$;
SET LOCAL timezone = 'Pacific/Auckland'; -- the session's zone must not matter

SELECT is_empty('SELECT pg_temp.rebuild()', 'of nothing comes nothing');
SELECT is_empty('TABLE etl.load_runs', 'not even a run');

SELECT pg_temp.arrive(
    'anna Created 2020-12-08 10:00 anna', 'anna Updated 2020-12-08 10:00 tie', 'anna Updated 2021-02-08 10:00 later',
    'bo Created 2020-12-08 00:00 bo', 'bo Deleted 2020-12-08 23:00', 'cy Created 2020-12-09 00:00 cy', 'dee Updated 2020-12-08 10:00 dee'
);
SELECT results_eq(
    'SELECT pg_temp.rebuild(2)',
    ARRAY[
        'added 6 | | tie 2020-12-08T10:00:00+00:00 2021-02-08T10:00:00+00:00 false',
        'added 6 | | later 2021-02-08T10:00:00+00:00 true'
    ],
    'what it adds, as many as one wants'
);
SELECT bag_eq(
    'TABLE history',
    ARRAY[
        'anna tie 2020-12-08 10:00:00 -> 2021-02-08 10:00:00', 'anna later 2021-02-08 10:00:00 -> open',
        'bo bo 2020-12-08 00:00:00 -> 2020-12-08 23:00:00', 'bo deleted 2020-12-08 23:00:00 -> open',
        'cy cy 2020-12-09 00:00:00 -> open', 'dee dee 2020-12-08 10:00:00 -> open'
    ],
    'an empty dimension is built of raw'
);
SELECT has_table('crm'::name, 'users_dim_2021_02'::name, 'with the periods that it needs');
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'no load of it runs meanwhile');
SELECT is_empty('TABLE internal.users_dim_differences', 'what was staged is gone');
SELECT bag_eq(
    'SELECT load_name, import_date::text, rows_read, rows_written, events_arrived, newest_event FROM etl.load_runs',
    $$ VALUES
        ('users_dim', '2020-12-08', 4::bigint, 4::bigint, NULL::bigint, timestamptz '2020-12-08 23:00Z'),
        ('users_dim', '2020-12-09', 1, 1, NULL, '2020-12-09 00:00Z'),
        ('users_dim', '2021-02-08', 1, 1, NULL, '2021-02-08 10:00Z')
    $$,
    'each day is loaded with what it holds'
);
SELECT is_empty($$ SELECT FROM etl.stale_dates WHERE load_name = 'users_dim' $$, 'and not stale');
CREATE TEMP TABLE placed AS TABLE place;
SELECT is_empty('SELECT pg_temp.rebuild()', 'again, nothing differs');
SELECT bag_eq('TABLE place', 'TABLE placed', 'and nothing is written');
SELECT is(crm.load_users_dim(day), 0::bigint, format('a load of %s agrees', day))
FROM unnest(ARRAY['2020-12-08', '2020-12-09', '2021-02-08']::date[]) AS day;

-- Hands break it in each way there is.
UPDATE crm.users_dim SET username = 'X' WHERE username = 'tie';
DELETE FROM crm.users_dim WHERE username = 'cy';
UPDATE crm.users_dim SET valid_to = '2020-12-09 10:00Z', is_valid = false WHERE user_id = 'dee';
INSERT INTO crm.users_dim (user_id, valid_from, is_deleted, event_sk) VALUES ('nobody', '2020-12-10 10:00Z', false, 0);
DELETE FROM raw.user_events WHERE user_id = 'bo' AND event_type = 'User Deleted';
SELECT results_eq(
    'SELECT pg_temp.rebuild()',
    ARRAY[
        'added 1 | | cy 2020-12-09T00:00:00+00:00 true',
        'changed 3 | X 2020-12-08T10:00:00+00:00 2021-02-08T10:00:00+00:00 false | tie 2020-12-08T10:00:00+00:00 2021-02-08T10:00:00+00:00 false',
        'changed 3 | bo 2020-12-08T00:00:00+00:00 2020-12-08T23:00:00+00:00 false | bo 2020-12-08T00:00:00+00:00 true',
        'changed 3 | dee 2020-12-08T10:00:00+00:00 2020-12-09T10:00:00+00:00 false | dee 2020-12-08T10:00:00+00:00 true',
        'removed 2 | 2020-12-08T23:00:00+00:00 true |',
        'removed 2 | 2020-12-10T10:00:00+00:00 true |'
    ],
    'it is mended, also where raw lost events'
);
SELECT bag_eq(
    'TABLE history',
    ARRAY[
        'anna tie 2020-12-08 10:00:00 -> 2021-02-08 10:00:00', 'anna later 2021-02-08 10:00:00 -> open',
        'bo bo 2020-12-08 00:00:00 -> open', 'cy cy 2020-12-09 00:00:00 -> open', 'dee dee 2020-12-08 10:00:00 -> open'
    ],
    'then it is as it should be'
);
SELECT bag_eq(
    'SELECT import_date::text, rows_read, rows_written FROM etl.last_loads',
    $$ VALUES ('2020-12-08', 3::bigint, 4::bigint), ('2020-12-09', 1, 1), ('2020-12-10', 0, 1), ('2021-02-08', 1, 0) $$,
    'each day is noted with what it holds and what was written'
);

-- Other rules: one of the day's versions is a blank name now. Two days have no events, only the first was loaded.
SELECT crm.load_users_dim('2020-12-12'), reports.load_user_events_daily('2020-12-13') \g /dev/null
UPDATE raw.user_events SET username = ' ' WHERE username = 'dee';
UPDATE etl.load_runs SET rules = 'old' WHERE import_date IN ('2020-12-09', '2020-12-12');
INSERT INTO etl.rules (load_name, fingerprint, functions, same_as) VALUES ('users_dim', 'old', '{}', 'old');
SELECT internal.find_outdated_days('users_dim') \g /dev/null
SELECT results_eq(
    'SELECT pg_temp.rebuild()',
    ARRAY['changed 1 | dee 2020-12-08T10:00:00+00:00 true | 2020-12-08T10:00:00+00:00 true'], 'values are made by the rules of the loads'
);
SELECT is_empty($$ SELECT FROM etl.stale_dates WHERE load_name = 'users_dim' $$, 'and no day is of older rules any more');
SELECT is_empty(
    $$ SELECT FROM etl.load_runs WHERE load_name = 'users_dim' AND import_date = '2020-12-13' $$, 'nor is one loaded that only the report had'
);

-- What has left raw.
SELECT reports.load_user_events_daily(day) FROM unnest(ARRAY['2020-12-08', '2020-12-09', '2021-02-08']::date[]) AS day \g /dev/null
DELETE FROM etl.arrivals;
SELECT raw.drop_before('2020-12-09') \g /dev/null
CREATE TEMP TABLE runs_before AS SELECT load_run_sk FROM etl.load_runs;
UPDATE raw.user_events SET username = 'CY' WHERE username = 'cy';
SELECT pg_temp.arrive('bo Updated 2020-12-10 10:00 again');
-- Made by hand: an event of a day that left raw, a version of the first instant that did not.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES ('anna', 'User Updated', 'back', '2020-12-08 11:00Z');
INSERT INTO crm.users_dim (user_id, valid_from, is_deleted, event_sk) VALUES ('nobody', '2020-12-09 00:00Z', false, 0);
SELECT results_eq(
    'SELECT pg_temp.rebuild()',
    ARRAY[
        'added 1 | | again 2020-12-10T10:00:00+00:00 true',
        'changed 2 | bo 2020-12-08T00:00:00+00:00 true | bo 2020-12-08T00:00:00+00:00 2020-12-10T10:00:00+00:00 false',
        'changed 2 | cy 2020-12-09T00:00:00+00:00 true | CY 2020-12-09T00:00:00+00:00 true',
        'removed 1 | 2020-12-09T00:00:00+00:00 true |'
    ],
    'versions of days that left raw are kept, and end where what follows begins'
);
SELECT bag_eq(
    'TABLE history',
    ARRAY[
        'anna tie 2020-12-08 10:00:00 -> 2021-02-08 10:00:00', 'anna later 2021-02-08 10:00:00 -> open',
        'bo bo 2020-12-08 00:00:00 -> 2020-12-10 10:00:00', 'bo again 2020-12-10 10:00:00 -> open',
        'cy CY 2020-12-09 00:00:00 -> open', 'dee 2020-12-08 10:00:00 -> open'
    ],
    'with all that follows'
);
SELECT bag_eq(
    'SELECT import_date::text FROM etl.load_runs WHERE load_run_sk > ALL (SELECT load_run_sk FROM runs_before)',
    ARRAY['2020-12-09', '2020-12-10', '2020-12-12', '2021-02-08'], 'and are not loaded'
);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

INSERT INTO etl.arrivals (event_date, xid) VALUES ('2021-03-01', '3');
SELECT is_empty('SELECT pg_temp.rebuild()', 'of a day of which raw lost all events before a load there is nothing');
SELECT is_empty($$ SELECT FROM etl.stale_dates WHERE load_name = 'users_dim' $$, 'and it is loaded');

-- Events that did not arrive in the order in which they happened, and do not lie in that in which they arrived.
SELECT pg_temp.arrive(
    'eve Deleted 2020-12-11 10:00', 'eve Updated 2020-12-11 10:00 weaker',
    'eve Updated 2020-12-10 10:00 first', 'eve Updated 2020-12-10 10:00 second', 'eve Updated 2020-12-10 10:00 last'
);
UPDATE raw.user_events SET event_type = event_type WHERE username = 'second';
UPDATE raw.user_events SET event_type = event_type WHERE username = 'first';
SELECT results_eq(
    'SELECT pg_temp.rebuild()',
    ARRAY[
        'added 2 | | last 2020-12-10T10:00:00+00:00 2020-12-11T10:00:00+00:00 false',
        'added 2 | | 2020-12-11T10:00:00+00:00 true'
    ],
    'of one instant a deletion counts, then the last to arrive'
);

-- Events from the future.
INSERT INTO raw.user_events (event_key, user_id, event_type, received_at) VALUES
    (gen_random_uuid(), 'fay', 'User Created', '2190-01-01 10:00Z'), (gen_random_uuid(), 'fay', 'User Created', '2020-12-14 10:00Z');
SELECT pg_temp.rebuild() \g /dev/null
SELECT results_eq(
    $$ SELECT import_date, newest_event FROM etl.load_runs WHERE import_date IN ('2020-12-14', '2190-01-01') ORDER BY 1 $$,
    $$ VALUES (date '2020-12-14', timestamptz '2020-12-14 10:00Z'), ('2190-01-01', NULL) $$,
    'what is ahead of the clock is not the newest event'
);

-- Had the rules a fault.
UPDATE crm.users_dim SET username = 'Y' WHERE user_id = 'cy';
CREATE OR REPLACE FUNCTION etl.check_users_dim() RETURNS TABLE (user_id text, valid_from timestamptz, valid_to timestamptz, fault text)
    LANGUAGE sql AS $$ SELECT 'a', now(), now(), 'b' $$;
SELECT throws_ok(
    'SELECT pg_temp.rebuild()', '22000', 'the dimension that was built breaks its own rules', 'a dimension that is not well is none'
);
SELECT results_eq($$ SELECT username FROM crm.users_dim WHERE user_id = 'cy' $$, ARRAY['Y'], 'the old one stays');

SELECT * FROM finish();
ROLLBACK;
