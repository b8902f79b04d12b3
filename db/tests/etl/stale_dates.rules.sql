-- etl.stale_dates: a day that was loaded under older rules is stale; loading it brings what differs, and only that.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(25);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql

CREATE TEMP VIEW stale AS
SELECT format('%s %s: %s', load_name, import_date, reason) AS line FROM etl.stale_dates;
CREATE TEMP VIEW state AS
SELECT format('%s %s: %s', load_name, import_date, state) AS line, is_in_raw FROM etl.rules_of_days;
CREATE FUNCTION pg_temp.change(p_from text, p_to text, p_function regprocedure) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE replace(pg_get_functiondef(p_function), p_from, p_to);
    PERFORM internal.note_rules();
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
SELECT pg_temp.change('RETURN CASE', 'RETURN CASE  ', 'internal.blank_to_null(text)');
SELECT is_empty('TABLE stale', 'nor does layout');

-- Names in lower case are another rule of the dimension.
SELECT pg_temp.change('event.username, ', 'lower(event.username), ',
    'internal.stage_users_dim_day(timestamptz, timestamptz, boolean, boolean, boolean)');
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
SELECT pg_temp.change('lower(event.username), ', 'event.username, ',
    'internal.stage_users_dim_day(timestamptz, timestamptz, boolean, boolean, boolean)');
SELECT bag_eq(
    'SELECT load_name, rules FROM etl.loads', 'SELECT load_name, rules FROM first', 'taken back, they have their old fingerprint'
);
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line LIKE 'users_dim%' $$,
    ARRAY['users_dim 2020-12-08: the rules changed', 'users_dim 2020-12-09: the rules changed'],
    'days that were loaded meanwhile are stale'
);
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT pg_temp.change('event.username, ', 'lower(event.username), ',
    'internal.stage_users_dim_day(timestamptz, timestamptz, boolean, boolean, boolean)');
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line LIKE 'users_dim%' $$, ARRAY['users_dim 2020-12-08: the rules changed'],
    'the last load of a day counts'
);

-- Raw of the first day goes.
SELECT throws_like(
    $$ SELECT raw.drop_before('2020-12-09') $$, '%not seen these days as they are: 2020-12-08',
    'a day cannot be dropped from raw before it has the result of the present rules'
);
SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08') \g /dev/null
DELETE FROM etl.arrivals;
SELECT lives_ok($$ SELECT raw.drop_before('2020-12-09') $$, 'then it can');
SELECT pg_temp.change('lower(event.username), ', 'event.username, ',
    'internal.stage_users_dim_day(timestamptz, timestamptz, boolean, boolean, boolean)');
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
