-- etl.stale_dates: a day that was loaded under older rules is stale; loading it brings what differs, and only that.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(33);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql

CREATE TEMP VIEW stale AS
SELECT format('%s %s: %s', load_name, import_date, reason) AS line FROM etl.stale_dates;
CREATE TEMP VIEW state AS
SELECT format('%s %s: %s', load_name, import_date, state) AS line, is_in_raw FROM etl.rules_of_days;
-- How many days would be stale if a function were another one.
CREATE FUNCTION pg_temp.would_be_stale(p_function regprocedure, p_from text, p_to text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_stale bigint;
BEGIN
    ASSERT strpos(pg_get_functiondef(p_function), p_from) > 0;
    EXECUTE replace(pg_get_functiondef(p_function), p_from, p_to);
    PERFORM internal.note_rules();
    v_stale := (SELECT count(*) FROM etl.stale_dates);
    RAISE EXCEPTION 'back' USING ERRCODE = 'WH001';
EXCEPTION
    WHEN SQLSTATE 'WH001' THEN RETURN v_stale;
END $$;
CREATE TEMP TABLE present AS SELECT pg_get_viewdef('internal.user_states') AS definition;
CREATE FUNCTION pg_temp.change(p_pattern text, p_replacement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_definition CONSTANT text := (SELECT regexp_replace(definition, p_pattern, p_replacement) FROM present);
BEGIN
    ASSERT v_definition <> (SELECT definition FROM present);
    EXECUTE 'CREATE OR REPLACE VIEW internal.user_states AS ' || v_definition;
    PERFORM internal.note_rules();
    RETURN (SELECT count(*) FROM etl.stale_dates);
END $$;
CREATE FUNCTION pg_temp.change_back() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE (SELECT 'CREATE OR REPLACE VIEW internal.user_states AS ' || definition FROM present);
    PERFORM internal.note_rules();
    RETURN (SELECT count(*) FROM etl.stale_dates);
END $$;

SELECT pg_temp.arrive('anna Created 2020-12-08 10:00 Anna', 'anna Updated 2020-12-09 10:00 anna', 'bo Created 2020-12-08 10:00 BO');
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY['2020-12-08', '2020-12-09']::date[]) AS day \g /dev/null
DELETE FROM etl.arrivals;
SELECT ok(bool_and(load_run.rules = load.rules), 'each run has the fingerprint of its rules')
FROM etl.load_runs AS load_run
JOIN etl.loads AS load USING (load_name);
SELECT ok(bool_and((rules IS NULL) <> takes_day), 'which each load of a day has') FROM etl.loads;
SELECT ok(bool_and(rules ~ '^[0-9a-f]{16}$'), 'always in the same form: in another one, all days would be stale') FROM etl.loads WHERE takes_day;
CREATE TEMP TABLE first AS TABLE etl.loads;

SELECT internal.note_rules() \g /dev/null
SELECT is_empty('TABLE stale', 'the same functions make no day stale');
SELECT is((SELECT count(*) FROM etl.rules), 2::bigint, 'and no new rules');
SELECT is(pg_temp.would_be_stale(function::regprocedure, before, after), stale::bigint, description)
FROM (VALUES
    ('internal.blank_to_null(text)', 'RETURN CASE', 'RETURN  CASE', 0, 'nor does layout'),
    ('internal.begin_load(text, date)', 'Check the year', 'Check', 0, 'a hint'),
    ('crm.load_users_dim(date)', '64MB', '65MB', 0, 'a setting'),
    ('internal.arrived_events(text, date, pg_snapshot)', ':= 1000', ':= 999', 0, 'or a step'),
    ('internal.blank_to_null(text)', '''!''', '''"''', 2, 'what is blank makes the days of the dimension stale'),
    ('internal.user_attributes(jsonb)', 'RETURN ', 'RETURN NULL::jsonb || ', 2, 'and the list of attributes')
) AS example (function, before, after, stale, description);
CREATE INDEX user_events_plan_name_ix ON raw.user_events (plan_name);
SELECT internal.note_rules() \g /dev/null
SELECT is_empty('TABLE stale', 'an index makes none stale');
SELECT is(pg_temp.change('event_sk DESC', 'event_sk'), 2::bigint, 'the order of ties does');
SELECT is(pg_temp.change_back(), 0::bigint, 'until it is taken back');

-- Names in lower case are another rule of the dimension.
SELECT pg_temp.change('(internal.blank_to_null\((user_events\.)?username\)) AS', 'lower(\1) AS') \g /dev/null
SELECT bag_eq(
    'TABLE stale', ARRAY['users_dim 2020-12-08: the rules changed', 'users_dim 2020-12-09: the rules changed'],
    'another rule makes all days of the load stale, and none of the other load'
);
SELECT bag_eq(
    'SELECT line FROM state',
    ARRAY[
        'users_dim 2020-12-08: older', 'users_dim 2020-12-09: older',
        'user_events_daily 2020-12-08: present', 'user_events_daily 2020-12-09: present'
    ],
    'which is shown'
);
CREATE TEMP TABLE placed AS TABLE place;
-- One new event: were the day loaded by what arrived, the rest would stay as it was.
SELECT pg_temp.arrive('cy Created 2020-12-08 11:00 CY');
SELECT bag_eq(
    'TABLE stale',
    ARRAY[
        'users_dim 2020-12-08: the rules changed', 'users_dim 2020-12-09: the rules changed',
        'user_events_daily 2020-12-08: events arrived after the last load began'
    ],
    'a day for which both is true is there once'
);
SELECT is(etl.run_due_load('users_dim', '2020-12-08'), 5::bigint, 'such a day is due; its two versions change, one is new');
SELECT bag_eq(
    'TABLE history',
    ARRAY[
        'anna anna 2020-12-08 10:00:00 -> 2020-12-09 10:00:00', 'anna anna 2020-12-09 10:00:00 -> open',
        'bo bo 2020-12-08 10:00:00 -> open', 'cy cy 2020-12-08 11:00:00 -> open'
    ],
    'it is compared as a whole'
);
SELECT is(events_arrived, NULL, 'which its run says')
FROM etl.load_runs ORDER BY load_run_sk DESC LIMIT 1;
SELECT is_empty($$ SELECT FROM stale WHERE line LIKE 'users_dim 2020-12-08%' $$, 'then it is not stale any more');
SELECT is(etl.run_due_load('users_dim', '2020-12-09'), 0::bigint, 'a day on which nothing differs');
SELECT is_empty(
    $$ SELECT * FROM place WHERE user_id = 'anna' AND valid_to IS NULL EXCEPT TABLE placed $$,
    'has nothing written'
);
SELECT is(etl.run_due_load('users_dim', '2020-12-09'), NULL, 'and is not due any more');

-- The way back: rules that were there before are the same as then.
SELECT pg_temp.change_back() \g /dev/null
SELECT bag_eq(
    'SELECT load_name, rules FROM etl.loads', 'SELECT load_name, rules FROM first', 'taken back, they have their old fingerprint'
);
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line LIKE 'users_dim%' $$,
    ARRAY['users_dim 2020-12-08: the rules changed', 'users_dim 2020-12-09: the rules changed'],
    'days that were loaded meanwhile are stale'
);
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT pg_temp.change('(internal.blank_to_null\((user_events\.)?username\)) AS', 'lower(\1) AS') \g /dev/null
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line LIKE 'users_dim%' $$, ARRAY['users_dim 2020-12-08: the rules changed'],
    'the last load of a day counts'
);

-- Raw of the first day goes.
SELECT throws_like(
    $$ SELECT raw.drop_before('2020-12-09') $$, '%not up to date with the events of 2020-12-08',
    'a day cannot be dropped from raw before it has the result of the present rules'
);
SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08') \g /dev/null
DELETE FROM etl.arrivals;
SELECT lives_ok($$ SELECT raw.drop_before('2020-12-09') $$, 'then it can');
SELECT pg_temp.change_back() \g /dev/null
SELECT bag_eq(
    'TABLE stale', ARRAY['users_dim 2020-12-09: the rules changed'], 'what is gone from raw is not stale when the rules change again'
);
SELECT bag_eq(
    $$ SELECT line FROM state WHERE NOT is_in_raw $$,
    ARRAY['users_dim 2020-12-08: older', 'user_events_daily 2020-12-08: present'],
    'and is known to be of older rules'
);

-- Runs of a release that noted no rules.
UPDATE etl.load_runs SET rules = NULL WHERE import_date = '2020-12-09';
SELECT internal.note_rules() \g /dev/null
SELECT is_empty('TABLE stale', 'runs without rules count as made under those that db/migrate brings');
SELECT bag_eq(
    $$ SELECT line FROM state WHERE is_in_raw $$,
    ARRAY['users_dim 2020-12-09: present', 'user_events_daily 2020-12-09: present'], 'and have them from then on'
);

SELECT * FROM finish();
ROLLBACK;
