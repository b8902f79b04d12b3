-- etl.begin_scheduled_catch_up(): while catch-up runs on schedule, a problem is what falls behind it.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(17);
\ir ../fixtures/arrive.sql

SELECT etl.begin_scheduled_catch_up('30 seconds') \g /dev/null
SELECT etl.begin_scheduled_catch_up('60 seconds') \g /dev/null
SELECT results_eq('TABLE etl.catch_up_schedule', $$ VALUES (interval '1 minute', now()) $$, 'the last call is noted');
SELECT throws_ok(
    format('SELECT etl.begin_scheduled_catch_up(%L)', every), state, NULL, format('every %s is refused', every)
)
FROM (VALUES ('0 seconds', '23514'), (NULL, '23502')) AS refused (every, state);

SELECT pg_temp.arrive('anna Created 2020-12-08 10:00 a') \g /dev/null
SELECT is_empty('TABLE etl.problems', 'an event waits for its turn');
UPDATE etl.arrivals SET arrived_at = now() - interval '4 minutes';
SELECT is_empty('TABLE etl.problems', 'and for three more, and a minute');
UPDATE etl.arrivals SET arrived_at = now() - interval '4 minutes 1 second';
SELECT results_eq(
    'SELECT problem FROM etl.problems ORDER BY 1',
    format(
        $$ VALUES
            ('user_events_daily: 1 day to load, the first 2020-12-08, since %1$s, though catch-up is to run every 60 s'),
            ('users_dim: 1 day to load, the first 2020-12-08, since %1$s, though catch-up is to run every 60 s')
        $$,
        to_char(now() AT TIME ZONE 'UTC' - interval '4 minutes 1 second', 'YYYY-MM-DD HH24:MI:SS "UTC"')
    ),
    'then the tables fall behind'
);
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT is(count(*), 1::bigint, 'until they are loaded') FROM etl.problems;
SELECT reports.load_user_events_daily('2020-12-08') \g /dev/null
INSERT INTO internal.outdated_days VALUES ('users_dim', '2020-12-08', now() - interval '4 minutes');
SELECT is_empty('TABLE etl.problems', 'days of older rules wait for their turn, too');
UPDATE internal.outdated_days SET since = now() - interval '4 minutes 1 second';
SELECT results_eq(
    'SELECT left(problem, 49) FROM etl.problems', ARRAY['users_dim: 1 day to load, the first 2020-12-08, s'], 'and are a problem when nothing loads them'
);
DELETE FROM internal.outdated_days;

UPDATE etl.catch_up_schedule SET last_begun_at = now() - interval '4 minutes';
SELECT is_empty('TABLE etl.problems', 'a catch-up may take a while');
UPDATE etl.catch_up_schedule SET last_begun_at = now() - interval '4 minutes 1 second';
SELECT is(
    (SELECT problem FROM etl.problems),
    to_char(now() AT TIME ZONE 'UTC' - interval '4 minutes 1 second',
        '"catch-up is to run every 60 s, and has not begun since" YYYY-MM-DD HH24:MI:SS "UTC"'),
    'one that does not run at all is a problem'
);
SELECT is(
    (SELECT remedy FROM etl.problems),
    'make setup starts it again; DELETE FROM etl.catch_up_schedule if nothing is to run it', 'which somebody has to start'
);
SET LOCAL application_name = 'warehouse catch-up: users_dim 2020-12-08';
SELECT pg_stat_clear_snapshot() \g /dev/null
SELECT matches(
    (SELECT problem FROM etl.problems), 'has not begun since .* UTC; it is at users_dim 2020-12-08$', 'one that takes long is told apart'
);
SELECT is(
    (SELECT remedy FROM etl.problems),
    format('it continues by itself; SELECT pg_cancel_backend(%s) cancels this step for now', pg_backend_pid()), 'and can be ended'
);
SET LOCAL application_name = 'warehouse catch-up';
SELECT pg_stat_clear_snapshot() \g /dev/null
SELECT matches((SELECT problem FROM etl.problems), 'has not begun since .* UTC$', 'one that is between two runs does nothing');

DELETE FROM etl.catch_up_schedule;
SELECT is_empty('TABLE etl.problems', 'where nobody keeps a schedule, it is none');
SELECT pg_temp.arrive('anna Created 2020-12-08 11:00 a') \g /dev/null
SELECT is(count(*), 2::bigint, 'and each day that is over and stale is one') FROM etl.problems;

SELECT * FROM finish();
ROLLBACK;
