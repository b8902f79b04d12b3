-- etl.preview_loads(): what loads would change, by the loads themselves, of which nothing stays.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(17);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql

CREATE FUNCTION pg_temp.preview(p_load_names text[], p_dates date[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', load_name, change, total, '|',
        old_row ->> 'username', old_row ->> 'valid_from', old_row ->> 'valid_to', old_row ->> 'n_total', '|',
        new_row ->> 'username', new_row ->> 'valid_from', new_row ->> 'valid_to', new_row ->> 'n_total')
    FROM etl.preview_loads(p_load_names, p_dates)
$$;

-- One user of each fate; the session's zone must not matter.
SET LOCAL timezone = 'Pacific/Auckland';
SELECT pg_temp.arrive(
    'kept Created 2020-12-08 10:00 kept', 'ends Created 2020-12-07 10:00 ends',
    'lost Created 2020-12-07 10:00 lost', 'lost Updated 2020-12-08 10:00 gone', 'only Created 2020-12-08 10:00 only',
    'then Created 2020-12-09 00:00 then'
);
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY['2020-12-07', '2020-12-08', '2020-12-09']::date[]) AS day \g /dev/null
DELETE FROM etl.arrivals;
SELECT is_empty(
    $$ SELECT pg_temp.preview('{users_dim,user_events_daily}', '{2020-12-08,2020-12-08}') $$, 'a load that writes nothing changes nothing'
);
DELETE FROM raw.user_events WHERE username IN ('gone', 'only');
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('ends', 'User Updated', 'new', '2020-12-08 10:00Z'),
    ('anna', 'User Created', 'anna', '2020-12-08 23:00Z'),
    ('then', 'User Created', 'early', '2020-12-08 12:00Z');

CREATE TEMP TABLE before AS TABLE history;
CREATE TEMP TABLE placed AS TABLE place;
CREATE TEMP TABLE run AS TABLE etl.load_runs;
SELECT results_eq(
    $$ SELECT pg_temp.preview(ARRAY['users_dim'], ARRAY['2020-12-08']::date[]) $$,
    ARRAY[
        'users_dim added 3 | | anna 2020-12-08T23:00:00+00:00',
        'users_dim added 3 | | new 2020-12-08T10:00:00+00:00',
        'users_dim added 3 | | early 2020-12-08T12:00:00+00:00 2020-12-09T00:00:00+00:00',
        'users_dim changed 2 | ends 2020-12-07T10:00:00+00:00 | ends 2020-12-07T10:00:00+00:00 2020-12-08T10:00:00+00:00',
        'users_dim changed 2 | lost 2020-12-07T10:00:00+00:00 2020-12-08T10:00:00+00:00 | lost 2020-12-07T10:00:00+00:00',
        'users_dim removed 2 | gone 2020-12-08T10:00:00+00:00 |',
        'users_dim removed 2 | only 2020-12-08T10:00:00+00:00 |'
    ],
    'rows that are added, changed with the neighbours of the day, and removed'
);
SELECT bag_eq(
    $$ SELECT change, total, old_row ->> 'n_total' AS old, new_row ->> 'n_total' AS new FROM etl.preview_load('user_events_daily', '2020-12-08') $$,
    $$ VALUES ('changed', 1::bigint, '3', '4') $$, 'those of the report'
);
SELECT bag_eq('TABLE history', 'TABLE before', 'nothing stays of it in the dimension');
SELECT bag_eq('TABLE place', 'TABLE placed', 'where no row was written');
SELECT bag_eq('SELECT load_run_sk FROM etl.load_runs', 'SELECT load_run_sk FROM run', 'and no load is noted');
SELECT is_empty('TABLE internal.preview_rows', 'nor are the rows that it compared');
SELECT is_empty('TABLE internal.users_dim_stage', 'nor what the load staged');
SET LOCAL enable_mergejoin = off; -- it has the rows in this order
SELECT results_eq(
    $$ SELECT change, total, coalesce(new_row, old_row) ->> 'username' FROM etl.preview_load('users_dim', '2020-12-08', 1) $$,
    $$ VALUES ('added', 3::bigint, 'anna'), ('changed', 2, 'ends'), ('removed', 2, 'gone') $$,
    'as many of each as one wants, the first by key, and how many there are'
);
RESET enable_mergejoin;

-- Several loads: as if each had been kept before the next.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Updated', 'later', '2020-12-09 10:00Z'), ('anna', 'User Updated', 'last', '2021-02-01 10:00Z');
SELECT results_eq(
    $$
        SELECT preview
        FROM pg_temp.preview(
            '{users_dim,user_events_daily,users_dim,users_dim}', '{2020-12-08,2021-02-01,2020-12-09,2021-02-01}'
        ) AS preview
        WHERE preview ~ 'anna|last|later|daily|ends'
    $$,
    ARRAY[
        'users_dim added 5 | | anna 2020-12-08T23:00:00+00:00 2020-12-09T10:00:00+00:00',
        'users_dim added 5 | | later 2020-12-09T10:00:00+00:00 2021-02-01T10:00:00+00:00',
        'users_dim added 5 | | last 2021-02-01T10:00:00+00:00',
        'users_dim changed 2 | ends 2020-12-07T10:00:00+00:00 | ends 2020-12-07T10:00:00+00:00 2020-12-08T10:00:00+00:00',
        'user_events_daily added 1 | | 1'
    ],
    'several loads are shown by what they change together'
);
SELECT hasnt_table('crm'::name, 'users_dim_2021_02'::name, 'a period that they need does not stay');
SELECT is_empty($$ SELECT * FROM etl.preview_loads('{}', '{}') $$, 'no load changes nothing');
SELECT is_empty($$ SELECT * FROM etl.preview_loads(NULL, NULL) $$, 'nor do none that are known');

-- The load of the organizations takes no day.
INSERT INTO raw.organizations (organization_key, organization_name) VALUES ('a', 'Acme');
SELECT bag_eq(
    $$ SELECT change, total, new_row ->> 'organization_name' FROM etl.preview_load('organizations_dim') $$,
    $$ VALUES ('added', 1::bigint, 'Acme') $$, 'a load without a day'
);

SELECT throws_ok(
    $$ SELECT * FROM etl.preview_load('users_dim') $$, '22004', 'import_date must be a day, not null', 'what the load refuses is told'
);
SELECT throws_ok(
    $$ SELECT * FROM etl.preview_load('plans_dim', '2020-12-08') $$, '22023', 'there is no load named plans_dim', 'nor is one that there is not'
);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

SELECT * FROM finish();
ROLLBACK;
