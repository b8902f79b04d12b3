-- etl.catch_up(): loads that read another load's table run after it, and again for the days that it changed. It commits, so nothing is
-- rolled back here.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
SELECT plan(8);

CREATE TABLE reports.n_users (day date PRIMARY KEY, n_users bigint);
CREATE FUNCTION reports.n_users_of_day(p_day date) RETURNS SETOF reports.n_users LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p_day, count(*)
    FROM crm.users_dim
    WHERE valid_from < (p_day + 1)::timestamp AT TIME ZONE 'UTC'
      AND coalesce(valid_to, 'infinity') >= (p_day + 1)::timestamp AT TIME ZONE 'UTC';
END;
-- It comes before what it reads, in the order of etl.loads and of names.
INSERT INTO etl.loads (load_name, position, load_function, depends_on, table_name, table_key)
VALUES ('n_users', 0, 'reports.n_users_of_day', '{crm.users_dim}', 'reports.n_users', '{day}');
SELECT internal.note_rules() \g /dev/null
CREATE FUNCTION pg_temp.ingest(VARIADIC p_events text[]) RETURNS void LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(array_agg(format(
        '{"id": "%s", "event_type": "User Created", "received_at": "%s 10:00"}', split_part(event, ' ', 1), split_part(event, ' ', 2)
    )::bytea), NULL)
    FROM unnest(p_events) AS event
$$;

SELECT pg_temp.ingest('anna 2020-12-07', 'bert 2020-12-08') \g /dev/null
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, '4/4 user_events_daily 2020-12-08.*1/2 n_users 2020-12-07: 1 row written.*2/2 n_users 2020-12-08', 'those of a new day come after all others');
SELECT is_empty('TABLE etl.stale_dates', 'one call is enough');
SELECT pg_temp.ingest('cleo 2020-12-07', 'dora 2020-12-09') \g /dev/null
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, '/5 n_users 2020-12-07: 1 row written.*/5 n_users 2020-12-08.*1/1 n_users 2020-12-09: 1 row written', 'after a late event, the days that it changed');
SELECT results_eq(
    'SELECT day::text, n_users FROM reports.n_users ORDER BY day', $$ VALUES ('2020-12-07', 2::bigint), ('2020-12-08', 3), ('2020-12-09', 4) $$,
    'all is as it should be'
);

-- What fails is tried once in a call, and stops nobody.
ALTER TABLE reports.n_users ADD CHECK (n_users < 5);
SELECT pg_temp.ingest('ewan 2020-12-08') \g /dev/null
\set told `psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, '2/2 user_events_daily.*1/2 n_users 2020-12-08: 1 row.*2/2 n_users 2020-12-09: new row .*ERROR: +1 of 4 loads failed', 'a failure is told');
SELECT results_eq('SELECT load_name, import_date::text, reason FROM etl.stale_dates', $$ VALUES ('n_users', '2020-12-09', 'crm.users_dim changed') $$, 'and stays to be loaded');

-- In one pass as well.
ALTER TABLE reports.n_users DROP CONSTRAINT n_users_n_users_check;
SELECT pg_temp.ingest('fred 2020-12-08') \g /dev/null
\set told `PGOPTIONS="$PGOPTIONS -c warehouse.in_one_pass=on" psql --no-psqlrc --quiet --command='CALL etl.catch_up()' 2>&1`
SELECT matches(:'told'::text, '1 days of users_dim, in one pass.*n_users 2020-12-09: 1 row written.*n_users 2020-12-08: 1 row written', 'what a history in one pass changed');
SELECT is_empty('TABLE etl.stale_dates', 'is loaded too');

SELECT * FROM finish();
\ir ../fixtures/empty.sql
DROP TABLE reports.n_users CASCADE;
DELETE FROM etl.loads WHERE load_name = 'n_users';
