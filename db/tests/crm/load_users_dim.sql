-- crm.load_users_dim(): the versions of one day, on top of what was loaded before.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(33);
\ir ../fixtures/history.sql

-- A day without events.
SELECT is(crm.load_users_dim('2020-12-08'), 0::bigint, 'a day without events writes nothing');
SELECT is_empty('TABLE history', 'and leaves no version');
SELECT hasnt_table('crm'::name, 'users_dim_2020_12'::name, 'nor a period');

-- The day's bounds, in three zones: one user on each side of each bound.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('before', 'User Created', 'x', '2020-12-07 23:59:59.999999Z'),
    ('first',  'User Created', 'x', '2020-12-08 00:00:00Z'),
    ('last',   'User Created', 'x', '2020-12-08 23:59:59.999999Z'),
    ('next',   'User Created', 'x', '2020-12-09 00:00:00Z');
SET LOCAL timezone = 'UTC';
SELECT is(crm.load_users_dim('2020-12-08'), 2::bigint, 'UTC: writes the day''s two versions');
SELECT results_eq(
    'TABLE history',
    ARRAY['first x 2020-12-08 00:00:00 -> open', 'last x 2020-12-08 23:59:59.999999 -> open'],
    'UTC: midnight is in, the next midnight is not'
);
DELETE FROM crm.users_dim;
DELETE FROM etl.load_runs;
SET LOCAL timezone = 'America/New_York';
SELECT is(crm.load_users_dim('2020-12-08'), 2::bigint, 'New York: writes the day''s two versions');
SELECT results_eq(
    'TABLE history',
    ARRAY['first x 2020-12-08 00:00:00 -> open', 'last x 2020-12-08 23:59:59.999999 -> open'],
    'New York: midnight is in, the next midnight is not'
);
DELETE FROM crm.users_dim;
DELETE FROM etl.load_runs;
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(crm.load_users_dim('2020-12-08'), 2::bigint, 'Kiritimati: writes the day''s two versions');
SELECT results_eq(
    'TABLE history',
    ARRAY['first x 2020-12-08 00:00:00 -> open', 'last x 2020-12-08 23:59:59.999999 -> open'],
    'Kiritimati: midnight is in, the next midnight is not'
);
SET LOCAL timezone = 'UTC';

-- Values.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (
    event_sk, user_id, event_type, username, user_email, user_type, organization_name, plan_name, received_at, extra
) VALUES
    (1, ' anna ', 'User Created', ' Anna ', 'a@example.com', 'staff', 'Acme', 'free', '2020-12-08 10:00Z', '{"a": 1}'),
    (2, 'empty',  'User Updated', '',       '',              '',      '',     '',     '2020-12-08 10:00Z', NULL),
    (3, 'blank',  'User Deleted', ' ',      E'\t',           E'\n',   '  ',   E'\r ', '2020-12-08 10:00Z', NULL),
    (4, 'null',   'User Created', NULL,     NULL,            NULL,    NULL,   NULL,   '2020-12-08 10:00Z', NULL);
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    $$
        SELECT
            user_id COLLATE "default", valid_from, valid_to, is_valid, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM crm.users_dim
        ORDER BY event_sk
    $$,
    $$
        VALUES
            (' anna ', timestamptz '2020-12-08 10:00Z', NULL::timestamptz, true, false,
                ' Anna ', 'a@example.com', 'staff', 'Acme', 'free', 1::bigint),
            ('empty', '2020-12-08 10:00Z', NULL, true, false, NULL, NULL, NULL, NULL, NULL, 2),
            ('blank', '2020-12-08 10:00Z', NULL, true, true,  NULL, NULL, NULL, NULL, NULL, 3),
            ('null',  '2020-12-08 10:00Z', NULL, true, false, NULL, NULL, NULL, NULL, NULL, 4)
    $$,
    'values stay as they came, but blank text becomes null'
);

-- A later day rewrites open rows and closes what they held: all columns of both.
INSERT INTO raw.user_events (
    event_sk, user_id, event_type, username, user_email, user_type, organization_name, plan_name, received_at
) VALUES
    (5, ' anna ', 'User Deleted', 'A', 'b', 'c', 'd', 'e', '2020-12-09 10:00Z'),
    (6, ' anna ', 'User Updated', 'F', 'g', 'h', 'i', 'j', '2020-12-09 11:00Z'),
    (7, 'blank',  'User Updated', 'K', 'l', 'm', 'n', 'o', '2020-12-09 12:00Z');
SELECT is(crm.load_users_dim('2020-12-09'), 5::bigint, 'closes two versions, adds one in between, opens two');
SELECT results_eq(
    $$
        SELECT
            user_id COLLATE "default", valid_from, valid_to, is_valid, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk
        FROM crm.users_dim
        WHERE user_id IN (' anna ', 'blank')
        ORDER BY event_sk
    $$,
    $$
        VALUES
            (' anna ', timestamptz '2020-12-08 10:00Z', timestamptz '2020-12-09 10:00Z', false, false,
                ' Anna ', 'a@example.com', 'staff', 'Acme', 'free', 1::bigint),
            ('blank',  '2020-12-08 10:00Z', '2020-12-09 12:00Z', false, true,  NULL, NULL, NULL, NULL, NULL, 3),
            (' anna ', '2020-12-09 10:00Z', '2020-12-09 11:00Z', false, true,  'A', 'b', 'c', 'd', 'e', 5),
            (' anna ', '2020-12-09 11:00Z', NULL,                true,  false, 'F', 'g', 'h', 'i', 'j', 6),
            ('blank',  '2020-12-09 12:00Z', NULL,                true,  false, 'K', 'l', 'm', 'n', 'o', 7)
    $$,
    'every version has all values of its own event'
);

-- Several events at one instant, in every order of arrival.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at)
SELECT user_id, types[position], types[position] || ' ' || position, '2020-12-08 10:00Z'
FROM (VALUES
    ('CUD', ARRAY['User Created', 'User Updated', 'User Deleted']),
    ('CDU', ARRAY['User Created', 'User Deleted', 'User Updated']),
    ('UCD', ARRAY['User Updated', 'User Created', 'User Deleted']),
    ('UDC', ARRAY['User Updated', 'User Deleted', 'User Created']),
    ('DCU', ARRAY['User Deleted', 'User Created', 'User Updated']),
    ('DUC', ARRAY['User Deleted', 'User Updated', 'User Created']),
    ('CU',  ARRAY['User Created', 'User Updated']),
    ('UC',  ARRAY['User Updated', 'User Created']),
    ('CC',  ARRAY['User Created', 'User Created']),
    ('UU',  ARRAY['User Updated', 'User Updated']),
    ('DD',  ARRAY['User Deleted', 'User Deleted']),
    ('DUUD', ARRAY['User Deleted', 'User Updated', 'User Updated', 'User Deleted'])
) AS tie (user_id, types)
CROSS JOIN generate_subscripts(types, 1) AS position
ORDER BY user_id, position;
-- Arrival is event_sk, not where the row happens to be.
INSERT INTO raw.user_events (event_sk, user_id, event_type, username, received_at) VALUES
    (1002, 'sk', 'User Updated', 'last',  '2020-12-08 10:00Z'),
    (1001, 'sk', 'User Updated', 'first', '2020-12-08 10:00Z');
SELECT is(crm.load_users_dim('2020-12-08'), 13::bigint, 'each tie is one version');
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", username, is_deleted FROM crm.users_dim ORDER BY user_id $$,
    $$
        VALUES
            ('CC',   'User Created 2', false),
            ('CDU',  'User Deleted 2', true),
            ('CU',   'User Updated 2', false),
            ('CUD',  'User Deleted 3', true),
            ('DCU',  'User Deleted 1', true),
            ('DD',   'User Deleted 2', true),
            ('DUC',  'User Deleted 1', true),
            ('DUUD', 'User Deleted 4', true),
            ('UC',   'User Updated 1', false),
            ('UCD',  'User Deleted 3', true),
            ('UDC',  'User Deleted 2', true),
            ('UU',   'User Updated 2', false),
            ('sk',   'last',           false)
    $$,
    'Deleted over Updated over Created, then the last to arrive'
);

-- Versions within a day.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('back',   'User Created', 'a', '2020-12-08 09:00Z'),
    ('back',   'User Updated', 'b', '2020-12-08 10:00Z'),
    ('back',   'User Updated', 'a', '2020-12-08 11:00Z'),
    ('again',  'User Created', 'a', '2020-12-08 09:00Z'),
    ('again',  'User Deleted', 'a', '2020-12-08 10:00Z'),
    ('again',  'User Created', 'b', '2020-12-08 11:00Z'),
    ('same',   'User Created', 'a', '2020-12-08 09:00Z'),
    ('same',   'User Created', 'a', '2020-12-08 09:00Z'),
    ('same',   'User Updated', 'a', '2020-12-08 09:00:00.000001Z');
SELECT is(crm.load_users_dim('2020-12-08'), 8::bigint, 'every instant of a user is a version');
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'again a 2020-12-08 09:00:00 -> 2020-12-08 10:00:00',
        'again a deleted 2020-12-08 10:00:00 -> 2020-12-08 11:00:00',
        'again b 2020-12-08 11:00:00 -> open',
        'back a 2020-12-08 09:00:00 -> 2020-12-08 10:00:00',
        'back b 2020-12-08 10:00:00 -> 2020-12-08 11:00:00',
        'back a 2020-12-08 11:00:00 -> open',
        'same a 2020-12-08 09:00:00 -> 2020-12-08 09:00:00.000001',
        'same a 2020-12-08 09:00:00.000001 -> open'
    ],
    'changes that end where they began, re-creation, duplicates, an event that changes nothing'
);

-- Later days: untouched users, deletion and re-creation, midnight exactly, another month.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('back',  'User Deleted', 'a', '2020-12-09 00:00Z'),
    ('again', 'User Updated', 'c', '2020-12-09 23:59:59.999999Z'),
    ('new',   'User Created', 'a', '2020-12-09 12:00Z'),
    ('new',   'User Updated', 'b', '2020-12-09 13:00Z'),
    ('back',  'User Created', 'b', '2021-01-01 00:00Z'),
    ('new',   'User Deleted', 'c', '2021-01-01 12:00Z');
CREATE TEMP TABLE before AS TABLE place;
SELECT is(crm.load_users_dim('2020-12-09'), 6::bigint, 'the next day: two versions end, four begin');
SELECT bag_eq(
    $$ SELECT * FROM place WHERE user_id = 'same' $$, $$ SELECT * FROM before WHERE user_id = 'same' $$,
    'a user without events is not touched'
);
SELECT is(crm.load_users_dim('2021-01-01'), 4::bigint, 'the next year: two versions end, two begin');
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'again a 2020-12-08 09:00:00 -> 2020-12-08 10:00:00',
        'again a deleted 2020-12-08 10:00:00 -> 2020-12-08 11:00:00',
        'again b 2020-12-08 11:00:00 -> 2020-12-09 23:59:59.999999',
        'again c 2020-12-09 23:59:59.999999 -> open',
        'back a 2020-12-08 09:00:00 -> 2020-12-08 10:00:00',
        'back b 2020-12-08 10:00:00 -> 2020-12-08 11:00:00',
        'back a 2020-12-08 11:00:00 -> 2020-12-09 00:00:00',
        'back a deleted 2020-12-09 00:00:00 -> 2021-01-01 00:00:00',
        'back b 2021-01-01 00:00:00 -> open',
        'new a 2020-12-09 12:00:00 -> 2020-12-09 13:00:00',
        'new b 2020-12-09 13:00:00 -> 2021-01-01 12:00:00',
        'new c deleted 2021-01-01 12:00:00 -> open',
        'same a 2020-12-08 09:00:00 -> 2020-12-08 09:00:00.000001',
        'same a 2020-12-08 09:00:00.000001 -> open'
    ],
    'each version ends where the next one begins'
);
SELECT results_eq(
    $$
        -- The number is that of a shard.
        SELECT regexp_replace(tableoid::regclass::text, '_\d{6,}$', ''), count(*)
        FROM crm.users_dim
        GROUP BY 1
        ORDER BY 1
    $$,
    $$
        VALUES ('crm.users_dim_2020_12', 8::bigint), ('crm.users_dim_2021_01', 2), ('crm.users_dim_open', 4)
    $$,
    'versions are kept by the month in which they ended'
);

-- What a load notes.
SELECT results_eq(
    $$
        SELECT load_name, import_date, rows_read, rows_written, pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
        FROM etl.load_runs
        ORDER BY load_run_sk
    $$,
    $$
        VALUES
            ('users_dim', date '2020-12-08', 8::bigint, 8::bigint, true),
            ('users_dim', '2020-12-09', 4, 6, true),
            ('users_dim', '2021-01-01', 2, 4, true)
    $$,
    'each load is noted: the versions of its day, the rows written, what it saw'
);
SELECT ok(started_at > now() AND duration > '0', 'and when, by the clock')
FROM etl.load_runs;
SELECT is_empty('TABLE internal.users_dim_stage', 'nothing is left on the stage');

-- Again.
TRUNCATE before;
INSERT INTO before TABLE place;
SELECT is(crm.load_users_dim(day), 0::bigint, format('%s again writes nothing', day))
FROM unnest(ARRAY[date '2020-12-09', '2020-12-08', '2021-01-01', '2021-01-02']) AS day;
SELECT bag_eq('TABLE place', 'TABLE before', 'and no row has moved');

-- A hostile session.
CREATE TEMP TABLE good_history AS TABLE history;
TRUNCATE crm.users_dim, etl.load_runs;
DROP TABLE crm.users_dim_2020_12, crm.users_dim_2021_01;
\ir ../fixtures/hostile_session.sql
SELECT crm.load_users_dim('2021-01-01') AS third, crm.load_users_dim('2020-12-08') AS first \gset
SELECT crm.load_users_dim('2020-12-09') AS second, crm.load_users_dim('2020-12-08') AS again \gset
RESET search_path;
RESET datestyle;
SELECT results_eq('TABLE history', 'TABLE good_history', 'a hostile session cannot change what is loaded');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

SELECT * FROM finish();
ROLLBACK;
