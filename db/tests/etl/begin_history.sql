-- etl.prepare_history(), etl.begin_history() and etl.exchange_history(): what the steps of etl.build_history() do, each by itself.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(44);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql
\ir ../fixtures/locked.sql
\ir ../fixtures/other_session.sql
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Pacific/Auckland'; -- the session's zone must not matter

-- Stands for etl.build_history, whose transactions it leaves out. What arrives must be older than the snapshot.
CREATE FUNCTION pg_temp.build(p_days date[] DEFAULT NULL, p_meanwhile text DEFAULT 'SELECT') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM etl.prepare_history();
    PERFORM etl.begin_history(p_days);
    EXECUTE p_meanwhile;
    RETURN etl.exchange_history();
END
$$;
CREATE TEMP VIEW beside AS
SELECT relname FROM pg_class WHERE relnamespace = 'internal'::regnamespace AND relname ~ '^users_dim_(open|others|new|\d)';

-- A reader has the dimension locked.
\! psql --no-psqlrc --quiet --command='BEGIN; LOCK TABLE crm.users_dim IN ACCESS SHARE MODE; SELECT pg_sleep(60)' >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('crm.users_dim') AS reader \gset
SELECT is(pg_temp.build(), 'locked', 'readers are not waited for long');
SELECT bag_eq('SELECT count(*) > 0 FROM beside', ARRAY[true], 'and what was made is kept');
SELECT pg_terminate_backend(:reader, 5000) \g /dev/null

SELECT is(pg_temp.build(), 'done', 'of nothing comes nothing');
SELECT is_empty('TABLE etl.load_runs', 'not even a run');
SELECT pg_temp.arrive(
    'anna Created 2020-12-08 10:00 anna', 'anna Updated 2020-12-08 10:00 tie', 'anna Updated 2021-02-08 10:00 later',
    'bo Created 2020-12-08 00:00 bo', 'bo Deleted 2020-12-08 23:00', 'cy Created 2020-12-09 00:00 cy', 'dee Updated 2020-12-08 10:00 dee'
);
SELECT is(pg_temp.build(), 'done', 'an empty dimension is built of raw');
CREATE TEMP TABLE built AS TABLE history;
SELECT bag_eq(
    'TABLE built',
    ARRAY[
        'anna tie 2020-12-08 10:00:00 -> 2021-02-08 10:00:00', 'anna later 2021-02-08 10:00:00 -> open',
        'bo bo 2020-12-08 00:00:00 -> 2020-12-08 23:00:00', 'bo deleted 2020-12-08 23:00:00 -> open',
        'cy cy 2020-12-09 00:00:00 -> open', 'dee dee 2020-12-08 10:00:00 -> open'
    ],
    'as loads would have left it'
);
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'no load of it runs in the exchange');
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
SELECT is_empty('TABLE beside', 'nothing is left beside it');
SELECT is_empty('TABLE internal.history', 'nor a note');
SELECT is_empty('TABLE internal.history_days', 'nor the days');
SELECT is_empty('SELECT * FROM etl.rebuild_users_dim()', 'another way leads to the same');
SELECT is(crm.load_users_dim(day), 0::bigint, format('a load of %s agrees', day))
FROM unnest(ARRAY['2020-12-08', '2020-12-09', '2021-02-08']::date[]) AS day;
SELECT is(
    (SELECT relfilenode FROM pg_class WHERE oid = 'crm.users_dim_2020_12'::regclass) <> 0
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'exchanged_ck'),
    true, 'the constraint for the exchange is gone'
);

-- Only some days.
SELECT pg_temp.arrive('eve Created 2020-12-10 10:00 eve', 'fay Created 2020-12-11 10:00 fay', 'eve Updated 2020-12-12 10:00 no');
SELECT is(pg_temp.build('{2020-12-10,2020-12-13}'), 'done', 'some days are built besides those that are loaded');
SELECT bag_eq(
    'TABLE history EXCEPT TABLE built', ARRAY['eve eve 2020-12-10 10:00:00 -> open'], 'no others'
);
SELECT bag_eq(
    $$ SELECT load_name, import_date::text FROM etl.stale_dates WHERE load_name = 'users_dim' $$,
    $$ VALUES ('users_dim', '2020-12-11'), ('users_dim', '2020-12-12') $$, 'which are still to load'
);
SELECT results_eq(
    $$ SELECT rows_read FROM etl.last_loads WHERE import_date = '2020-12-13' $$, ARRAY[0::bigint], 'a day without events is loaded as well'
);

-- Hands break it.
UPDATE crm.users_dim SET username = 'X' WHERE username = 'tie';
INSERT INTO crm.users_dim (user_id, valid_from, is_deleted, event_sk) VALUES ('nobody', '2020-12-10 10:00Z', false, 0);
SELECT is(pg_temp.build(), 'done', 'what hands changed');
SELECT is_empty('SELECT * FROM etl.rebuild_users_dim()', 'is mended');

-- What has left raw.
SELECT reports.load_user_events_daily(day::date) FROM generate_series(timestamp '2020-12-08', '2021-02-08', '1 day') AS day \g /dev/null
DELETE FROM etl.arrivals;
SELECT raw.drop_before('2020-12-09') \g /dev/null
CREATE TEMP TABLE runs_before AS SELECT max(load_run_sk) AS last_run FROM etl.load_runs;
SELECT is(
    pg_temp.build(NULL, $$ SELECT pg_temp.arrive('bo Updated 2020-12-20 10:00 late'), crm.load_users_dim('2020-12-20') $$),
    'done', 'with a load meanwhile'
);
SELECT bag_eq(
    $$ SELECT version FROM history AS history (version) WHERE version ~ '^(bo|anna)' $$,
    ARRAY[
        'anna tie 2020-12-08 10:00:00 -> 2021-02-08 10:00:00', 'anna later 2021-02-08 10:00:00 -> open',
        'bo bo 2020-12-08 00:00:00 -> 2020-12-08 23:00:00', 'bo deleted 2020-12-08 23:00:00 -> open'
    ],
    'versions of days that left raw are kept, and those of the load are not there'
);
SELECT bag_eq(
    $$ SELECT import_date::text, reason FROM etl.stale_dates WHERE load_name = 'users_dim' $$,
    $$ VALUES ('2020-12-20', 'loaded while the history was built') $$, 'but its day is stale'
);
SELECT is_empty(
    $$ SELECT FROM etl.load_runs WHERE import_date < '2020-12-09' AND load_run_sk > (SELECT last_run FROM runs_before) $$,
    'days that left raw are not loaded'
);
SELECT internal.find_outdated_days('users_dim') \g /dev/null
SELECT is((SELECT count(*) FROM internal.outdated_days), 1::bigint, 'and stays so when rules are compared');
SELECT is(internal.count_new_users('2020-12-20', '{[1,2)}'), NULL, 'a report must not rely on the versions of such a day');
SELECT is(etl.run_due_load('users_dim', '2020-12-20'), 2::bigint, 'its load compares it as a whole');
SELECT is_empty($$ SELECT FROM etl.stale_dates WHERE load_name = 'users_dim' $$, 'then it is well');

-- One at a time.
\! PGAPPNAME='warehouse history: elsewhere' psql --no-psqlrc --quiet --command='BEGIN; LOCK TABLE etl.purges IN ACCESS SHARE MODE; SELECT pg_sleep(60)' >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('etl.purges') AS builder, pg_stat_clear_snapshot() \gset
SELECT throws_ok('SELECT pg_temp.build()', '55006', 'another session builds the history', 'refuses while another session builds it');
INSERT INTO internal.history (pid, began_at) VALUES (:builder, now());
SELECT etl.abandon_history() \g /dev/null
SELECT results_eq('SELECT count(*) FROM internal.history', ARRAY[1::bigint], 'whose work nobody abandons');
SELECT is_empty($$ SELECT problem FROM etl.problems WHERE problem ~ '^the history' $$, 'and which is no problem');
SELECT results_eq(
    $$ SELECT subject, note, is_problem FROM etl.current_notes $$, $$ VALUES ('history', 'is being built: elsewhere', false) $$,
    'but a note in make status'
);
SELECT pg_terminate_backend(:builder, 5000), pg_stat_clear_snapshot() \g /dev/null

-- What overtakes it.
SELECT is(pg_temp.build(NULL, format('UPDATE %s', change)), 'overtaken', 'refuses after ' || change)
FROM (VALUES
    ('etl.loads SET rules = ''other'' WHERE load_name = ''users_dim'''),
    ('internal.history SET pid = 0')
) AS overtaking (change);
SELECT is(
    pg_temp.build(NULL, $$ SELECT pg_temp.arrive('bo Updated 2021-05-20 10:00 late'), crm.load_users_dim('2021-05-20') $$),
    'overtaken', 'refuses after a load that made a partition and wrote to it'
);
SELECT is(
    pg_temp.build(NULL, $$ INSERT INTO etl.purges (purged_before, events) VALUES ('2020-12-10', 0) $$), 'overtaken', 'refuses after a removal'
);
SELECT is(
    pg_temp.build(NULL, $$ INSERT INTO etl.erasures (token, events, rejects, versions) VALUES ('t', 0, 0, 0) $$), 'overtaken', 'refuses after an erasure'
);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');
SELECT bag_eq('SELECT problem ~ ''^the history that was begun'' FROM etl.problems WHERE problem ~ ''history''', ARRAY[true], 'what was not exchanged is a problem');
SELECT etl.abandon_history() \g /dev/null
SELECT is_empty('TABLE beside', 'until it is dropped');
SELECT is_empty($$ SELECT problem FROM etl.problems WHERE problem ~ '^the history' $$, 'then it is forgotten');

SELECT * FROM finish();
ROLLBACK;
