-- crm.users_changed(): which versions of the dimension changed between two marks.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(23);
\ir ../fixtures/arrive.sql

CREATE TEMP VIEW noted AS SELECT user_id, first_from, until FROM internal.users_dim_changes;
SELECT pg_temp.arrive('anna Created 2020-12-07 10:00 a') \g /dev/null
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
SELECT is_empty('TABLE noted', 'nothing is noted unless somebody wants it');
SELECT throws_ok('SELECT crm.users_mark()', '55000', 'changes of crm.users_dim are not noted', 'then there is no mark');
SELECT throws_ok($$ SELECT etl.keep_changes('-1 day') $$, '23514', NULL, 'for a while');
SELECT etl.keep_changes('7 days') \g /dev/null
SELECT is(etl.is_due_in_one_pass('{users_dim}', '{2020-12-07}'), false, 'partitions are not exchanged');
SELECT matches(internal.exchange_obstacle(), 'changes of the dimension are kept|Citus', 'for this reason');

-- All is one transaction here: a mark with the xids that the changes get.
CREATE SEQUENCE pg_temp.mark;
CREATE FUNCTION pg_temp.mark() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_xid CONSTANT bigint := nextval('pg_temp.mark');
BEGIN
    UPDATE internal.users_dim_changes SET xid = v_xid::text::xid8 WHERE xid = pg_current_xact_id();
    RETURN format('%1$s:%1$s: %2$s', v_xid + 1, now() + interval '1 hour');
END $$;
CREATE FUNCTION pg_temp.changed(p_since text, p_until text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', user_id COLLATE "default", to_char(valid_from AT TIME ZONE 'UTC', 'DD HH24'), username, CASE WHEN is_deleted THEN 'deleted' END,
        CASE WHEN is_gone THEN 'gone' ELSE '-> ' || coalesce(to_char(valid_to AT TIME ZONE 'UTC', 'DD HH24'), 'open') END)
    FROM crm.users_changed(p_since, p_until)
$$;
CREATE FUNCTION pg_temp.load(VARIADIC p_events text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.arrive(VARIADIC p_events);
    PERFORM crm.load_users_dim(event_date) FROM (SELECT DISTINCT event_date FROM etl.arrivals ORDER BY event_date) AS day;
    DELETE FROM etl.arrivals;
END $$;

SELECT pg_temp.mark() AS m0 \gset
SELECT pg_temp.load('anna Updated 2020-12-08 00:00 b', 'anna Updated 2020-12-08 10:00 c', 'bert Created 2020-12-08 10:00 b', 'cleo Created 2020-12-09 10:00 c') \g /dev/null
SELECT pg_temp.mark() AS m1 \gset
SELECT bag_eq(
    format('SELECT pg_temp.changed(%L, %L)', :'m0', :'m1'),
    ARRAY['anna 07 10 a -> 08 00', 'anna 08 00 b -> 08 10', 'anna 08 10 c -> open', 'bert 08 10 b -> open', 'cleo 09 10 c -> open'],
    'of new days, what was closed and what was added'
);
SELECT is_empty(format('SELECT pg_temp.changed(%L, %L)', :'m1', :'m1'), 'between a mark and itself nothing changed');
SELECT pg_temp.load('anna Updated 2020-12-07 12:00 x') \g /dev/null
SELECT pg_temp.mark() AS m2 \gset
SELECT bag_eq(
    format('SELECT pg_temp.changed(%L, %L)', :'m1', :'m2'), ARRAY['anna 07 10 a -> 07 12', 'anna 07 12 x -> 08 00'],
    'of a late event, its version and the one before, not those after the day'
);
SELECT pg_temp.load('bert Deleted 2020-12-08 10:00 d') \g /dev/null
SELECT bag_eq(format('SELECT pg_temp.changed(%L, %L)', :'m2', pg_temp.mark()), ARRAY['bert 08 10 d deleted -> open'], 'a version in the place of another');
SELECT pg_temp.mark() AS m3 \gset
DELETE FROM raw.user_events WHERE user_id = 'cleo' OR username = 'c';
SELECT crm.load_users_dim('2020-12-08'), crm.load_users_dim('2020-12-09') \g /dev/null
SELECT pg_temp.mark() AS m4 \gset
SELECT bag_eq(
    format('SELECT pg_temp.changed(%L, %L)', :'m3', :'m4'),
    ARRAY['anna 07 12 x -> 08 00', 'anna 08 00 b -> open', 'anna 08 10 gone', 'cleo 09 10 gone'], 'what is gone, and what took its place'
);
SELECT bag_eq(
    format('SELECT pg_temp.changed(%L, %L)', :'m0', :'m4'),
    ARRAY['anna 07 10 a -> 07 12', 'anna 07 12 x -> 08 00', 'anna 08 00 b -> open', 'anna 08 10 gone', 'bert 08 10 d deleted -> open', 'cleo 09 10 gone'],
    'over a longer time, each once, as it is in the end'
);
SELECT token FROM crm.erase_user('anna') \gset
SELECT pg_temp.mark() AS m5 \gset
SELECT bag_eq(
    format('SELECT replace(changed, %L, %L) FROM pg_temp.changed(%L, %L) AS changed', :'token', 'token', :'m4', :'m5'),
    ARRAY['anna 07 10 gone', 'anna 07 12 gone', 'anna 08 00 gone', 'token 07 10 -> 07 12', 'token 07 12 -> 08 00', 'token 08 00 -> open'],
    'an erasure'
);
UPDATE crm.users_dim SET username = 'wrong' WHERE user_id = 'bert';
SELECT etl.rebuild_users_dim() \g /dev/null
SELECT bag_eq(format('SELECT pg_temp.changed(%L, %L)', :'m5', pg_temp.mark()), ARRAY['bert 08 10 d deleted -> open'], 'a rebuild');
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT pg_temp.mark() AS m6 \gset
SELECT is_empty(format('SELECT pg_temp.changed(%L, %L)', :'m6', pg_temp.mark()), 'a load that writes nothing changes nothing');

-- The first version of a user, before others; and one at midnight that is gone.
SELECT pg_temp.load('dora Created 2020-12-09 10:00 d') \g /dev/null
SELECT pg_temp.mark() AS m7 \gset
SELECT pg_temp.load('dora Created 2020-12-08 05:00 e') \g /dev/null
SELECT pg_temp.mark() AS m8 \gset
SELECT bag_eq(format('SELECT pg_temp.changed(%L, %L)', :'m7', :'m8'), ARRAY['dora 08 05 e -> 09 10'], 'a first version before others');
SELECT pg_temp.load('dora Created 2020-12-08 00:00 m') \g /dev/null
SELECT pg_temp.mark() AS m9 \gset
DELETE FROM raw.user_events WHERE username = 'm';
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT bag_eq(
    format('SELECT pg_temp.changed(%L, %L)', :'m9', pg_temp.mark()), ARRAY['dora 08 00 gone', 'dora 08 05 e -> 09 10'], 'one that began with the day'
);

-- Marks that are too old, and none.
SELECT throws_ok(
    format('SELECT crm.users_changed(%L, %L)', mark, :'m6'), '55000', format('it is not known any more what changed since %s', since::timestamptz), description
)
FROM (VALUES
    (format('1:1: %s', now() - interval '7 days 1 second'), now() - interval '7 days 1 second', 'older than what is kept'),
    (format('1:1: %s', (SELECT changes_since - interval '1 second' FROM etl.settings)), (SELECT changes_since - interval '1 second' FROM etl.settings), 'older than the beginning')
) AS old (mark, since, description);
SELECT throws_ok(format('SELECT crm.users_changed(NULL, %L)', :'m6'), '22004', 'a mark must not be null', 'no older mark');
SELECT throws_ok(format('SELECT crm.users_changed(%L, NULL)', :'m6'), '22004', 'a mark must not be null', 'no newer mark');
SELECT matches(crm.users_mark(), '^[0-9]+:[0-9]+:[0-9,]* 20.*[+]00$', 'a mark is a snapshot and its time');

-- What is forgotten, and when nothing is kept.
UPDATE internal.users_dim_changes SET changed_at = now() - interval '8 days 1 second' WHERE xid < '3';
SELECT cmp_ok(etl.thin_changes(), '>', 0::bigint, 'what is a day older than what is kept is forgotten');
SELECT etl.keep_changes(NULL) \g /dev/null
SELECT is_empty('TABLE noted', 'and all of it when nobody wants it');

SELECT * FROM finish();
ROLLBACK;
