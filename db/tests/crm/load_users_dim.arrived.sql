-- crm.load_users_dim(): a day that was loaded before is loaded by the events that have come since.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(38);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql

CREATE TEMP VIEW run AS
SELECT rows_read, rows_written, events_arrived
FROM etl.load_runs
ORDER BY load_run_sk DESC
LIMIT 1;

SELECT pg_temp.arrive(
    'anna Created 2020-12-08 10:00 a', 'anna Updated 2020-12-08 12:00 b', 'anna Updated 2020-12-08 14:00 c',
    'anna Updated 2020-12-09 10:00 d',
    'bert Created 2020-12-08 00:00 a', 'bert Updated 2020-12-08 23:59:59.999999 b',
    'cleo Created 2020-12-09 00:00 a'
) \g /dev/null
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (5::bigint, 5::bigint, NULL::bigint) $$, 'the first load takes the whole day');

-- In the midst of a user's day, on the second that a version begins, after the last version, before the first, a new user.
SELECT pg_temp.arrive('anna Updated 2020-12-08 13:00 late') \g /dev/null
SELECT is(crm.load_users_dim('2020-12-08'), 4::bigint, 'an event in the midst of a day: what follows it on the day is written anew');
SELECT results_eq('TABLE run', $$ VALUES (6::bigint, 4::bigint, 1::bigint) $$, 'the load took one event, and the day has six versions now');
SELECT results_eq(
    $$ SELECT * FROM history WHERE version LIKE 'anna%' $$,
    ARRAY[
        'anna a 2020-12-08 10:00:00 -> 2020-12-08 12:00:00',
        'anna b 2020-12-08 12:00:00 -> 2020-12-08 13:00:00',
        'anna late 2020-12-08 13:00:00 -> 2020-12-08 14:00:00',
        'anna c 2020-12-08 14:00:00 -> 2020-12-09 10:00:00',
        'anna d 2020-12-09 10:00:00 -> open'
    ],
    'it has its place in the history'
);
SELECT pg_temp.arrive(
    'anna Deleted 2020-12-08 12:00 gone', 'anna Created 2020-12-08 14:00 weak',
    'bert Updated 2020-12-08 23:59:59.999999 last', 'bert Updated 2020-12-08 23:59:59.999999 really',
    'cleo Created 2020-12-08 23:00 first', 'dora Created 2020-12-08 08:00 x', 'dora Updated 2020-12-08 09:00 y'
) \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'anna a 2020-12-08 10:00:00 -> 2020-12-08 12:00:00',
        'anna gone deleted 2020-12-08 12:00:00 -> 2020-12-08 13:00:00',
        'anna late 2020-12-08 13:00:00 -> 2020-12-08 14:00:00',
        'anna c 2020-12-08 14:00:00 -> 2020-12-09 10:00:00',
        'anna d 2020-12-09 10:00:00 -> open',
        'bert a 2020-12-08 00:00:00 -> 2020-12-08 23:59:59.999999',
        'bert really 2020-12-08 23:59:59.999999 -> open',
        'cleo first 2020-12-08 23:00:00 -> 2020-12-09 00:00:00',
        'cleo a 2020-12-09 00:00:00 -> open',
        'dora x 2020-12-08 08:00:00 -> 2020-12-08 09:00:00',
        'dora y 2020-12-08 09:00:00 -> open'
    ],
    'of several events at an instant wins who would win in one load; new users and earlier ones have their places'
);
SELECT is(events_arrived, 7::bigint, 'all by what arrived') FROM run;
SELECT is(rows_read, 9::bigint, 'the versions of the day are counted on') FROM run;
CREATE TEMP TABLE arrived AS TABLE history;
SELECT is(crm.load_users_dim('2020-12-08'), 0::bigint, 'the day by name, now that it is not stale, needs no correction');
SELECT results_eq('TABLE run', $$ VALUES (9::bigint, 0::bigint, NULL::bigint) $$, 'and was compared as a whole');
TRUNCATE crm.users_dim, etl.load_runs;
SELECT crm.load_users_dim('2020-12-08'), crm.load_users_dim('2020-12-09') \g /dev/null
SELECT results_eq('TABLE history', 'TABLE arrived', 'from the beginning it is the same');

-- Events in the order of time find the open version at once.
SELECT pg_temp.arrive('bert Updated 2020-12-09 08:00 x') \g /dev/null
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
CREATE TEMP TABLE before AS TABLE place;
SELECT pg_temp.arrive('bert Updated 2020-12-09 09:00 y') \g /dev/null
SELECT is(crm.load_users_dim('2020-12-09'), 2::bigint, 'an event after all others of its user is two rows, however many the day has');
SELECT is(count(*), 1::bigint, 'one of them where the open version was before')
FROM (TABLE place EXCEPT TABLE before) AS written
WHERE valid_to IS NULL;
SELECT results_eq(
    $$ SELECT * FROM history WHERE version LIKE 'bert%' $$,
    ARRAY[
        'bert a 2020-12-08 00:00:00 -> 2020-12-08 23:59:59.999999',
        'bert really 2020-12-08 23:59:59.999999 -> 2020-12-09 08:00:00',
        'bert x 2020-12-09 08:00:00 -> 2020-12-09 09:00:00',
        'bert y 2020-12-09 09:00:00 -> open'
    ],
    'and the history goes on'
);

-- Only whom the events are of.
UPDATE crm.users_dim SET username = 'by hand' WHERE user_id = 'dora' AND valid_to IS NULL;
UPDATE crm.users_dim SET username = 'by hand' WHERE user_id = 'bert' AND valid_from = '2020-12-08 00:00Z';
SELECT pg_temp.arrive('bert Updated 2020-12-08 20:00 z', 'anna Updated 2020-12-08 11:00 z') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT bag_eq(
    $$ SELECT user_id FROM crm.users_dim WHERE username = 'by hand' $$, ARRAY['bert', 'dora'],
    'what was changed by hand is not looked at: other users, and what is before the events'
);
SELECT is(crm.load_users_dim('2020-12-08') > 0, true, 'the day by name repairs it');
SELECT is_empty($$ SELECT FROM crm.users_dim WHERE username = 'by hand' $$, 'all of it');

-- Users whose new events change nothing, beside one whose do.
SELECT pg_temp.arrive('anna Created 2020-12-08 14:00 weaker') \g /dev/null
SELECT is(crm.load_users_dim('2020-12-08'), 0::bigint, 'an event that loses its instant writes nothing');
SELECT is(rows_read, 11::bigint, 'nor is it counted') FROM run;
SELECT pg_temp.arrive('anna Created 2020-12-08 14:00 weakest', 'bert Updated 2020-12-08 21:00 y') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(rows_read, 12::bigint, 'nor beside another that does not') FROM run;

-- An event that is gone again before the load.
SELECT pg_temp.arrive('anna Updated 2020-12-08 15:00 gone', 'zora Created 2020-12-08 15:00 gone') \g /dev/null
DELETE FROM raw.user_events WHERE username = 'gone' AND event_type <> 'User Deleted';
SELECT is(crm.load_users_dim('2020-12-08'), 0::bigint, 'an event that is gone again changes nothing');
SELECT is(rows_read, 12::bigint, 'the versions of the day are counted right') FROM run;

-- What makes it take the whole day nevertheless.
SELECT pg_temp.arrive('anna Updated 2020-12-08 16:00 x') \g /dev/null
UPDATE etl.arrivals SET event_sks = NULL;
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    'TABLE run', $$ VALUES (13::bigint, 11::bigint, NULL::bigint) $$,
    'arrivals that do not tell their events, as those of an older release'
);
SELECT raw.ingest_user_events(
    ARRAY[convert_to('{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-08 17:00"}', 'UTF8')], NULL
) \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq('TABLE run', $$ VALUES (14::bigint, 13::bigint, NULL::bigint) $$, 'those of the transaction of the load');
SELECT isnt_empty('TABLE etl.stale_dates', 'which it has to load once more when it is over');
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(events_arrived, NULL, 'as a whole, since its snapshot does not show them') FROM run;
DELETE FROM etl.arrivals;
SELECT pg_temp.arrive('anna Updated 2020-12-08 16:00 y') \g /dev/null
UPDATE etl.arrivals SET event_sks = NULL;
SELECT pg_temp.arrive('anna Updated 2020-12-08 16:00 z') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(events_arrived, NULL, 'some that do not tell, beside others that do') FROM run;
SELECT pg_temp.arrive(VARIADIC array_agg(
    format('anna Updated 2020-12-08 %s x', time '18:00' + number * interval '1 second')
))
FROM generate_series(1, 1001) AS number \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(events_arrived, NULL, 'more than a thousand events, where the day has not eight times as many') FROM run;
SELECT is(rows_read, 1015::bigint, 'all of which are loaded') FROM run;
SELECT pg_temp.arrive(VARIADIC array_agg(
    format('anna Updated 2020-12-08 %s x', time '19:00' + number * interval '1 second')
))
FROM generate_series(1, 1000) AS number \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(events_arrived, 1000::bigint, 'up to a thousand are looked up') FROM run;
UPDATE etl.load_runs SET rows_read = 8 * 1001;
SELECT pg_temp.arrive(VARIADIC array_agg(
    format('anna Updated 2020-12-08 %s x', time '20:00' + number * interval '1 second')
))
FROM generate_series(1, 1001) AS number \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(events_arrived, 1001::bigint, 'and up to an eighth of the day') FROM run;
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

-- A day of which raw lost an event, and to which another one came.
SELECT pg_temp.arrive('hans Created 2020-12-12 10:00 a', 'hans Updated 2020-12-12 14:00 c') \g /dev/null
SELECT crm.load_users_dim('2020-12-12') \g /dev/null
DELETE FROM raw.user_events WHERE user_id = 'hans' AND username = 'c';
SELECT pg_temp.arrive('hans Updated 2020-12-12 12:00 b') \g /dev/null
SELECT crm.load_users_dim('2020-12-12') \g /dev/null
SELECT is(events_arrived, 1::bigint, 'what arrived is loaded, whatever is gone') FROM run;
SELECT results_eq(
    $$ SELECT * FROM history WHERE version LIKE 'hans%' $$,
    ARRAY['hans a 2020-12-12 10:00:00 -> 2020-12-12 12:00:00', 'hans b 2020-12-12 12:00:00 -> open'],
    'no version of an event that is gone comes back'
);
DELETE FROM raw.user_events WHERE user_id = 'hans';
SELECT pg_temp.arrive('hans Created 2020-12-12 16:00 d') \g /dev/null
DELETE FROM etl.arrivals;
DELETE FROM etl.load_runs;
SELECT crm.load_users_dim('2020-12-12') \g /dev/null
SELECT results_eq(
    $$ SELECT * FROM history WHERE version LIKE 'hans%' $$, ARRAY['hans d 2020-12-12 16:00:00 -> open'],
    'nor when no run of the day is known, and what is left is later than what was open'
);

-- Rules that changed for other days and loads.
INSERT INTO internal.outdated_days (load_name, import_date) VALUES ('users_dim', '2020-12-13'), ('user_events_daily', '2020-12-12');
SELECT pg_temp.arrive('hans Updated 2020-12-12 17:00 e') \g /dev/null
SELECT crm.load_users_dim('2020-12-12') \g /dev/null
SELECT is(events_arrived, 1::bigint, 'rules that changed for another day, or another load, do not matter') FROM run;
INSERT INTO internal.outdated_days (load_name, import_date) VALUES ('users_dim', '2020-12-12');
SELECT pg_temp.arrive('hans Updated 2020-12-12 18:00 f') \g /dev/null
SELECT crm.load_users_dim('2020-12-12') \g /dev/null
SELECT is(events_arrived, NULL, 'those of the day do') FROM run;

-- A version that begins at the end of the day.
SELECT pg_temp.arrive(
    'mila Created 2020-12-16 10:00 a', 'mila Updated 2020-12-16 12:00 c',
    'mila Updated 2020-12-17 00:00 d', 'mila Updated 2020-12-17 10:00 e'
) \g /dev/null
SELECT crm.load_users_dim('2020-12-16'), crm.load_users_dim('2020-12-17') \g /dev/null
SELECT pg_temp.arrive('mila Updated 2020-12-16 11:00 b') \g /dev/null
SELECT crm.load_users_dim('2020-12-16') \g /dev/null
SELECT is(rows_read, 3::bigint, 'a version that begins at the end of the day is none of it') FROM run;

-- The newest user of all, together with another one at the same instant, and with events of the days around.
SELECT pg_temp.arrive('iris Created 2020-12-20 10:00 a', 'iris Updated 2020-12-20 14:00 c') \g /dev/null
SELECT crm.load_users_dim('2020-12-20') \g /dev/null
SELECT pg_temp.arrive(
    'iris Updated 2020-12-20 12:00 b', 'jack Created 2020-12-20 14:00 x',
    'jack Created 2020-12-19 23:59:59.999999 w', 'iris Updated 2020-12-21 00:00 d'
) \g /dev/null
SELECT crm.load_users_dim('2020-12-20') \g /dev/null
SELECT results_eq(
    $$ SELECT * FROM history WHERE version LIKE 'iris%' OR version LIKE 'jack%' $$,
    ARRAY[
        'iris a 2020-12-20 10:00:00 -> 2020-12-20 12:00:00',
        'iris b 2020-12-20 12:00:00 -> 2020-12-20 14:00:00',
        'iris c 2020-12-20 14:00:00 -> open',
        'jack x 2020-12-20 14:00:00 -> open'
    ],
    'each keeps what follows on the day, and the days around are left alone'
);

SELECT * FROM finish();
ROLLBACK;
