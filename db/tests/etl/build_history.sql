-- etl.build_history(), and loads of many days in one pass. It commits, so nothing is rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(22);
\ir ../fixtures/other_session.sql

CREATE FUNCTION pg_temp.event(p_user text, p_day text) RETURNS bytea LANGUAGE sql
    RETURN format('{"id": "%s", "event_type": "User Updated", "received_at": "%s 10:00", "username": "%s"}', p_user, p_day, p_day)::bytea;
CREATE TEMP VIEW history AS
SELECT concat_ws(' ', user_id COLLATE "default", username, valid_from AT TIME ZONE 'UTC', '->', coalesce((valid_to AT TIME ZONE 'UTC')::text, 'open')) AS version
FROM crm.users_dim;
CREATE TEMP VIEW due (is_due) AS
SELECT etl.is_due_in_one_pass(array_agg(load_name), array_agg(import_date)) FROM etl.stale_dates;

SELECT raw.ingest_user_events(ARRAY[
    pg_temp.event('anna', '2020-12-08'), pg_temp.event('anna', '2020-12-09'), pg_temp.event('anna', '2021-01-08'), pg_temp.event('bo', '2020-12-10')
], NULL) \g /dev/null

-- Which way takes less time.
SELECT results_eq('TABLE due', ARRAY[false], 'a few events are loaded day by day');
UPDATE etl.arrivals SET n_events = n_events + 100000 WHERE event_date = '2020-12-10';
SELECT results_eq('TABLE due', ARRAY[true], 'many in one pass');
SELECT is(etl.is_due_in_one_pass('{user_events_daily}', '{2020-12-10}'), false, 'but not the report alone');
SELECT is(etl.is_due_in_one_pass(NULL, NULL), false, 'nothing is loaded in no way');
SET warehouse.in_one_pass = off;
SELECT results_eq('TABLE due', ARRAY[false], 'unless somebody wants it otherwise');
SET warehouse.in_one_pass = on;
UPDATE etl.arrivals SET n_events = n_events - 100000 WHERE event_date = '2020-12-10';
SELECT results_eq('TABLE due', ARRAY[true], 'or so');
BEGIN;
SET LOCAL client_min_messages = error;
CREATE PUBLICATION p FOR TABLE crm.users_dim;
SELECT results_eq('TABLE due', ARRAY[false], 'never where it is published');
ROLLBACK;

-- As warehouse_load, which may not write the tables itself.
\setenv PGOPTIONS `echo "$PGOPTIONS -c role=warehouse_load -c warehouse.in_one_pass=on"`
\set told `psql --no-psqlrc --quiet --command="CALL etl.load_days('2020-12-08', '2020-12-09')" 2>&1`
SELECT matches(
    :'told'::text,
    'INFO: +2 days of users_dim, in one pass.*NOTICE: +history: 2 versions are written beside the old ones.*NOTICE: +history: partition 1 of [0-9] has its indexes.*INFO: +2 days of user_events_daily, in one pass$',
    'what is done is told'
);
SELECT bag_eq(
    'TABLE history', ARRAY['anna 2020-12-08 2020-12-08 10:00:00 -> 2020-12-09 10:00:00', 'anna 2020-12-09 2020-12-09 10:00:00 -> open'],
    'the days that were asked for'
);
SELECT results_eq('SELECT event_date::text, n_total FROM reports.user_events_daily ORDER BY 1', $$ VALUES ('2020-12-08', 1::bigint), ('2020-12-09', 1) $$, 'in both tables');
SELECT is(etl.run_load(load_name, import_date), 0::bigint, format('a load of %s for %s agrees', load_name, import_date))
FROM etl.last_loads WHERE import_date = '2020-12-08' ORDER BY load_name;
\! psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>/dev/null
SELECT is_empty('TABLE etl.stale_dates', 'the others come by a catch-up');
SELECT is((SELECT count(*) FROM history), 4::bigint, 'with all versions');

-- One that was ended before the exchange: what it left is dropped by a catch-up that loads day by day.
SELECT raw.ingest_user_events(ARRAY[pg_temp.event('cy', '2021-01-09')], NULL) \g /dev/null
INSERT INTO internal.history (pid, began_at) VALUES (0, now());
RESET warehouse.in_one_pass;
UPDATE etl.arrivals SET n_events = n_events + 100000;
SELECT results_eq('TABLE due', ARRAY[false], 'what was ended is not tried again');
\setenv PGOPTIONS `echo "$PGOPTIONS -c warehouse.in_one_pass="`
\! psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>/dev/null
SELECT is_empty('TABLE internal.history', 'and is forgotten when the days are loaded');

-- A transaction that began before may read the old ones at any time.
\setenv PGOPTIONS `echo "$PGOPTIONS -c role=none"`
\! psql --no-psqlrc --quiet --command='BEGIN; LOCK TABLE etl.purges IN ACCESS SHARE MODE; SELECT pg_sleep(60)' >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('etl.purges') AS reader \gset
\set told `psql --no-psqlrc --quiet --command="CALL etl.build_history(NULL, '0.3 seconds')" 2>&1`
SELECT matches(
    :'told'::text, 'NOTICE: +history: waits for [0-9/]+ of process ' || :reader || '.*ERROR: +the new history was not put in the place of the old one, which was in use for 00:00:00.3',
    'it is waited for, and not for ever'
);
SELECT is((SELECT count(*) FROM internal.users_dim_partitions WHERE twin IS NOT NULL), 0::bigint, 'then nothing is left beside');
SELECT results_eq('SELECT count(*) FROM internal.history', ARRAY[1::bigint], 'but a note that it was tried');
SELECT pg_terminate_backend(:reader, 5000) \g /dev/null

-- Where partitions cannot be exchanged.
SET client_min_messages = error;
CREATE PUBLICATION p FOR TABLE crm.users_dim;
UPDATE raw.user_events SET username = 'new';
\set told `psql --no-psqlrc --quiet --command="CALL etl.build_history()" 2>&1`
SELECT is(:'told'::text, 'INFO:  history: is built in place, in one transaction, as crm.users_dim is published', 'it is built in place');
SELECT is((SELECT count(*) FROM crm.users_dim WHERE username = 'new'), 5::bigint, 'as well');
\set told `psql --no-psqlrc --quiet --command="CALL etl.build_history('{2020-12-08}')" 2>&1`
SELECT matches(:'told'::text, 'ERROR: +the partitions of crm.users_dim cannot be exchanged: crm.users_dim is published', 'not for some days only');
DROP PUBLICATION p;

SELECT etl.abandon_history() \g /dev/null
\ir ../fixtures/empty.sql
SELECT * FROM finish();
