-- A load that is a row of etl.loads and a function: it runs as all others do, and the loads that read its table follow.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(38);
\ir ../../fixtures/arrive.sql

-- How many users have each plan at the end of a day, and a load that reads that.
CREATE TABLE reports.plans (
    plans_sk bigint GENERATED ALWAYS AS IDENTITY, dropped text,
    day date, plan text, n_users bigint NOT NULL, n_double bigint GENERATED ALWAYS AS (2 * n_users) STORED, note text,
    PRIMARY KEY (day, plan)
);
ALTER TABLE reports.plans DROP COLUMN dropped;
CREATE FUNCTION reports.plans_of_day(p_day date) RETURNS TABLE (day date, plan text, n_users bigint, note text) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p_day, coalesce(username, 'none'), count(*), NULL
    FROM crm.users_dim
    WHERE valid_from < (p_day + 1)::timestamp AT TIME ZONE 'UTC'
      AND coalesce(valid_to, 'infinity') >= (p_day + 1)::timestamp AT TIME ZONE 'UTC'
    GROUP BY 2;
END;
CREATE TABLE reports.n_plans ("the day" date PRIMARY KEY, n_plans bigint);
CREATE FUNCTION reports.n_plans_of_day(p_day date) RETURNS TABLE ("the day" date, n_plans bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p_day, count(*) FROM reports.plans WHERE day = p_day;
END;

SELECT pg_temp.arrive('anna Created 2020-12-06 10:00 Free', 'bert Created 2020-12-07 10:00 Free', 'anna Updated 2020-12-09 10:00 Paid');
SELECT crm.load_users_dim(event_date), reports.load_user_events_daily(event_date)
FROM (SELECT DISTINCT event_date FROM raw.user_events ORDER BY event_date) AS day \g /dev/null
INSERT INTO etl.loads (load_name, load_function, depends_on, table_name, table_key) VALUES
    ('plans', 'reports.plans_of_day', '{crm.users_dim}', 'reports.plans', '{day,plan}'),
    ('n_plans', 'reports.n_plans_of_day', '{reports.plans}', 'reports.n_plans', '{the day}');

CREATE TEMP VIEW stale AS
SELECT format('%s %s: %s', load_name, import_date, reason) AS line FROM etl.stale_dates;
CREATE FUNCTION pg_temp.load(p_day date) RETURNS text LANGUAGE sql AS $$
    SELECT etl.run_load('plans', p_day) || ' ' || etl.run_load('n_plans', p_day)
$$;

SELECT is_empty('TABLE stale', 'db/migrate makes a new load known');
SELECT internal.note_rules() \g /dev/null
SELECT bag_eq(
    'TABLE stale',
    $$
        SELECT format('%s %s: never loaded', load_name, day)
        FROM unnest('{plans,n_plans}'::text[]) AS load_name, unnest('{2020-12-06,2020-12-07,2020-12-09}'::date[]) AS day
    $$,
    'it has the days to load that others have loaded'
);
SELECT throws_like($$ SELECT raw.drop_before('2020-12-09') $$, 'nothing is removed: % 2020-12-06, 2020-12-07', 'until then their events stay');
SELECT matches(
    (SELECT functions FROM etl.rules WHERE load_name = 'plans')::text, 'reports.plans_of_day', 'its function is its rules'
);
SELECT set_eq(
    $$ SELECT missing_days::text || stale_days::text FROM etl.freshness WHERE load_name = 'plans' $$,
    ARRAY['{}{[2020-12-06,2020-12-08),[2020-12-09,2020-12-10)}'], 'etl.freshness knows it'
);

SELECT is(pg_temp.load('2020-12-06'), '1 1', 'a load writes the rows of a day');
SELECT is(pg_temp.load('2020-12-06'), '0 0', 'once');
SELECT pg_temp.load(day) FROM unnest('{2020-12-07,2020-12-09}'::date[]) AS day \g /dev/null
SELECT bag_eq(
    'SELECT day::text, plan, n_users, n_double FROM reports.plans',
    $$ VALUES ('2020-12-06', 'Free', 1::bigint, 2::bigint), ('2020-12-07', 'Free', 2, 4), ('2020-12-09', 'Free', 1, 2), ('2020-12-09', 'Paid', 1, 2) $$,
    'all of them'
);
SELECT is_empty('TABLE stale', 'then nothing is stale');
SELECT bag_eq(
    $$ SELECT import_date::text, rows_read, rows_written, events_arrived FROM etl.load_runs WHERE load_name = 'plans' AND rows_written > 0 $$,
    $$ VALUES ('2020-12-06', 1::bigint, 1::bigint, NULL::bigint), ('2020-12-07', 1, 1, NULL), ('2020-12-09', 2, 2, NULL) $$, 'its runs are noted'
);

-- What differs is written, and nothing else.
CREATE TEMP TABLE placed AS SELECT ctid AS place, day, plan FROM reports.plans;
UPDATE reports.plans SET n_users = 7 WHERE day = '2020-12-07';
INSERT INTO reports.plans (day, plan, n_users) VALUES ('2020-12-09', 'Gone', 1), ('2020-12-08', 'Other day', 1);
DELETE FROM reports.plans WHERE (day, plan) = ('2020-12-09', 'Paid');
SELECT is(etl.run_load('plans', '2020-12-07'), 1::bigint, 'a row that differs is changed');
SELECT is(etl.run_load('plans', '2020-12-09'), 2::bigint, 'one that is missing is added, and one too many removed');
SELECT bag_eq(
    'SELECT day::text, plan, n_users FROM reports.plans',
    $$ VALUES ('2020-12-06', 'Free', 1::bigint), ('2020-12-07', 'Free', 2), ('2020-12-08', 'Other day', 1), ('2020-12-09', 'Free', 1), ('2020-12-09', 'Paid', 1) $$,
    'of this day'
);
SELECT bag_eq(
    $$ SELECT ctid AS place, day, plan FROM reports.plans WHERE (day, plan) IN (('2020-12-06', 'Free'), ('2020-12-09', 'Free')) $$,
    $$ SELECT * FROM placed WHERE (day, plan) IN (('2020-12-06', 'Free'), ('2020-12-09', 'Free')) $$, 'the others are not touched'
);
SELECT bag_eq(
    'TABLE stale', ARRAY['n_plans 2020-12-07: reports.plans changed', 'n_plans 2020-12-09: reports.plans changed'],
    'days of which a table changed are stale for who reads it'
);
SELECT pg_temp.load(day) FROM unnest('{2020-12-07,2020-12-09}'::date[]) AS day \g /dev/null
DELETE FROM reports.plans WHERE day = '2020-12-08';

-- Which days a change of the dimension touches.
CREATE FUNCTION pg_temp.touched(VARIADIC p_events text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.arrive(VARIADIC p_events);
    PERFORM crm.load_users_dim(event_date), reports.load_user_events_daily(event_date)
    FROM (SELECT DISTINCT event_date FROM etl.arrivals ORDER BY event_date) AS day;
    RETURN QUERY SELECT format('%s %s', load_name, to_char(import_date, 'DD')) FROM etl.stale_dates WHERE load_name = 'plans';
    PERFORM pg_temp.load(import_date) FROM (SELECT import_date FROM etl.stale_dates WHERE load_name = 'plans' ORDER BY import_date) AS day;
END $$;
SELECT bag_eq(
    $$ SELECT pg_temp.touched('bert Updated 2020-12-07 12:00 Paid', 'bert Updated 2020-12-09 00:00 Paid') $$, ARRAY['plans 07', 'plans 09'],
    'a late one, those from its day on on which the version is valid'
);
SELECT bag_eq(
    $$ SELECT pg_temp.touched('bert Updated 2020-12-06 12:00 Free', 'anna Updated 2020-12-06 12:00 Paid') $$, ARRAY['plans 06', 'plans 07', 'plans 09'],
    'of several the latest'
);
SELECT bag_eq($$ SELECT pg_temp.touched('anna Updated 2020-12-06 11:00 none') $$, ARRAY['plans 06'], 'only its day, if a later version of the day is as it was');
SELECT bag_eq($$ SELECT pg_temp.touched('bert Updated 2020-12-07 11:00 none') $$, ARRAY['plans 07'], 'whatever follows on other days');
SELECT bag_eq($$ SELECT pg_temp.touched('cleo Created 2020-12-11 11:00 Free') $$, ARRAY['plans 11'], 'a new day is new to all');
SELECT bag_eq($$ SELECT pg_temp.touched('dora Created 2020-12-07 11:00 Free') $$, ARRAY['plans 07', 'plans 09', 'plans 11'], 'a new user stays');
SELECT bag_eq($$ SELECT pg_temp.touched('dora Created 2020-12-07 11:00 Free', 'dora Deleted 2020-12-09 11:00') $$, ARRAY['plans 09', 'plans 11'], 'an event that is there already changes nothing');
SELECT bag_eq($$ SELECT pg_temp.touched('bert Updated 2020-12-07 13:00 x') $$, ARRAY['plans 07'], 'not the day at whose beginning the next version begins');
SELECT bag_eq(
    $$ SELECT pg_temp.touched('anna Updated 2020-12-06 10:30 x', 'bert Updated 2020-12-06 13:00 x') $$, ARRAY['plans 06', 'plans 07'], 'each user''s own days'
);
DELETE FROM raw.user_events WHERE user_id = 'dora' AND event_date = '2020-12-07';
SELECT crm.load_users_dim('2020-12-07'), reports.load_user_events_daily('2020-12-07') \g /dev/null
SELECT bag_eq(
    'SELECT line FROM stale WHERE line ~ ''^plans''', ARRAY['plans 2020-12-07: crm.users_dim changed', 'plans 2020-12-09: crm.users_dim changed'],
    'if a user''s events of the day are gone, until the next one'
);
SELECT pg_temp.load(day) FROM unnest('{2020-12-07,2020-12-09}'::date[]) AS day \g /dev/null
DELETE FROM raw.user_events WHERE user_id = 'cleo';
SELECT crm.load_users_dim('2020-12-11') \g /dev/null
SELECT bag_eq('SELECT line FROM stale WHERE line ~ ''^plans''', ARRAY['plans 2020-12-11: crm.users_dim changed'], 'a user who is gone as well');
SELECT pg_temp.load('2020-12-11') \g /dev/null

-- Erasures, rebuilds, organizations.
SELECT crm.erase_user('bert') \g /dev/null
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line ~ '^plans' $$,
    $$ SELECT format('plans %s: crm.users_dim changed', day) FROM unnest('{2020-12-06,2020-12-07,2020-12-09,2020-12-11}'::date[]) AS day $$,
    'an erasure: the days on which the user was known'
);
SELECT pg_temp.load(day) FROM unnest('{2020-12-06,2020-12-07,2020-12-09,2020-12-11}'::date[]) AS day \g /dev/null
SELECT etl.rebuild_users_dim() \g /dev/null
SELECT is_empty('TABLE stale', 'a rebuild that finds no difference changes no day');
UPDATE crm.users_dim SET username = 'wrong' WHERE valid_from = '2020-12-09 10:00Z';
SELECT etl.rebuild_users_dim() \g /dev/null
SELECT bag_eq('TABLE stale', ARRAY['plans 2020-12-09: crm.users_dim changed', 'plans 2020-12-11: crm.users_dim changed'], 'one that does, the days from the first on');
UPDATE etl.loads SET depends_on = '{crm.organizations_dim,raw.user_events}' WHERE load_name = 'n_plans';
DELETE FROM etl.load_runs WHERE load_name = 'n_plans' AND import_date = '2020-12-11';
INSERT INTO raw.organizations (organization_key, organization_name) VALUES ('a', 'Acme');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT is((SELECT count(*) FROM stale WHERE line ~ 'n_plans .* crm.organizations_dim changed'), 3::bigint, 'a table without days, all days that the load ran for');
SELECT pg_temp.load(day) FROM unnest('{2020-12-06,2020-12-07,2020-12-09,2020-12-11}'::date[]) AS day \g /dev/null
SELECT crm.load_organizations_dim() \g /dev/null
SELECT is_empty('TABLE stale', 'if it changed');

-- Of days that are gone from raw, what reads no event can be loaded.
SELECT raw.drop_before('2020-12-09') \g /dev/null
SELECT is(etl.run_load('plans', '2020-12-07'), 0::bigint, 'a day that left raw, of a load that does not read raw');
SELECT throws_ok($$ SELECT etl.run_load('n_plans', '2020-12-07') $$, '55000', 'the events of 2020-12-07 were removed from raw', 'and of one that does');

INSERT INTO raw.organizations (organization_key, organization_name) VALUES ('b', 'Bolt');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT bag_eq(
    'SELECT line FROM stale WHERE line ~ ''organizations''',
    ARRAY['n_plans 2020-12-09: crm.organizations_dim changed', 'n_plans 2020-12-11: crm.organizations_dim changed'], 'nor is such a day stale'
);

-- A load that reads its own table.
UPDATE etl.loads SET depends_on = '{reports.plans,crm.users_dim}' WHERE load_name = 'plans';
UPDATE reports.plans SET n_users = n_users + 1 WHERE day = '2020-12-09';
SELECT etl.run_load('plans', '2020-12-09') \g /dev/null
SELECT is_empty('SELECT line FROM stale WHERE line ~ ''^plans''', 'a load that reads its own table is not stale for what it wrote');

-- As if this were Citus.
SAVEPOINT here;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 1, 'citus', extowner, extnamespace, extrelocatable, extversion FROM pg_extension WHERE extname = 'plpgsql';
SELECT throws_ok(
    $$ SELECT etl.run_load('plans', '2020-12-09') $$, '0A000', 'on Citus, reports.plans_of_day finds no rows of users, as it is written in SQL', 'what would find nothing is refused'
);
ROLLBACK TO here;

CREATE OR REPLACE FUNCTION reports.n_plans_of_day(p_day date) RETURNS TABLE ("the day" date, n_plans bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p_day + 1, 1::bigint;
END;
SELECT throws_ok(
    $$ SELECT etl.run_load('n_plans', '2020-12-09') $$, '22000', 'reports.n_plans_of_day returned 1 rows of other days than 2020-12-09',
    'rows of other days are refused'
);
DELETE FROM etl.loads WHERE load_name IN ('plans', 'n_plans');
SELECT is_empty($$ SELECT load_name FROM etl.load_runs WHERE load_name LIKE '%plans' UNION SELECT load_name FROM etl.rules WHERE load_name LIKE '%plans' $$, 'a load that is removed leaves nothing');

SELECT * FROM finish();
ROLLBACK;
