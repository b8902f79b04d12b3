-- internal.load_users_out_of_order(): days loaded late, again, in any order, and events that are gone.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(62);
\ir ../../fixtures/history.sql

-- Four days, months and a year apart, with neighbours at midnight, in every order.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('daily', 'User Created', 'a', '2019-12-31 12:00Z'),
    ('daily', 'User Updated', 'b', '2020-02-29 11:00Z'),
    ('daily', 'User Updated', 'c', '2020-02-29 12:00Z'),
    ('daily', 'User Updated', 'd', '2020-03-01 12:00Z'),
    ('daily', 'User Updated', 'e', '2020-12-31 11:00Z'),
    ('daily', 'User Updated', 'f', '2020-12-31 12:00Z'),
    ('ends',  'User Created', 'a', '2019-12-31 23:59:59.999999Z'),
    ('ends',  'User Updated', 'b', '2020-12-31 23:59:59.999999Z'),
    ('inner', 'User Updated', 'a', '2020-02-29 11:00Z'),
    ('inner', 'User Created', 'b', '2020-02-29 12:00Z'),
    ('lives', 'User Created', 'a', '2019-12-31 00:00Z'),
    ('lives', 'User Created', 'b', '2020-02-29 00:00Z'),
    ('lives', 'User Deleted', 'c', '2020-02-29 00:00Z'),
    ('lives', 'User Updated', 'd', '2020-02-29 00:00Z'),
    ('lives', 'User Created', 'e', '2020-12-31 00:00Z'),
    ('night', 'User Created', 'a', '2020-02-29 00:00Z'),
    ('night', 'User Updated', 'b', '2020-02-29 23:59:59.999999Z'),
    ('night', 'User Updated', 'c', '2020-03-01 00:00Z'),
    ('night', 'User Updated', 'd', '2020-03-01 23:59:59.999999Z'),
    ('young', 'User Created', 'a', '2020-12-31 12:00Z');

CREATE FUNCTION pg_temp.history_after(VARIADIC p_days date[]) RETURNS SETOF text
LANGUAGE plpgsql
AS $history_after$
DECLARE
    v_day date;
BEGIN
    TRUNCATE crm.users_dim, etl.load_runs;
    FOREACH v_day IN ARRAY p_days LOOP
        PERFORM crm.load_users_dim(v_day);
    END LOOP;
    RETURN QUERY TABLE history;
END;
$history_after$;

CREATE TEMP TABLE forwards AS
SELECT * FROM pg_temp.history_after('2019-12-31', '2020-02-29', '2020-03-01', '2020-12-31') AS history (version);
SELECT results_eq(
    'TABLE forwards',
    ARRAY[
        'daily a 2019-12-31 12:00:00 -> 2020-02-29 11:00:00',
        'daily b 2020-02-29 11:00:00 -> 2020-02-29 12:00:00',
        'daily c 2020-02-29 12:00:00 -> 2020-03-01 12:00:00',
        'daily d 2020-03-01 12:00:00 -> 2020-12-31 11:00:00',
        'daily e 2020-12-31 11:00:00 -> 2020-12-31 12:00:00',
        'daily f 2020-12-31 12:00:00 -> open',
        'ends a 2019-12-31 23:59:59.999999 -> 2020-12-31 23:59:59.999999',
        'ends b 2020-12-31 23:59:59.999999 -> open',
        'inner a 2020-02-29 11:00:00 -> 2020-02-29 12:00:00',
        'inner b 2020-02-29 12:00:00 -> open',
        'lives a 2019-12-31 00:00:00 -> 2020-02-29 00:00:00',
        'lives c deleted 2020-02-29 00:00:00 -> 2020-12-31 00:00:00',
        'lives e 2020-12-31 00:00:00 -> open',
        'night a 2020-02-29 00:00:00 -> 2020-02-29 23:59:59.999999',
        'night b 2020-02-29 23:59:59.999999 -> 2020-03-01 00:00:00',
        'night c 2020-03-01 00:00:00 -> 2020-03-01 23:59:59.999999',
        'night d 2020-03-01 23:59:59.999999 -> open',
        'young a 2020-12-31 12:00:00 -> open'
    ],
    'days in order of time give the history'
);
SELECT results_eq(
    format('SELECT * FROM pg_temp.history_after(%L, %L, %L, %L)', a, b, c, d), 'TABLE forwards',
    format('the same loaded as %s, %s, %s, %s', a, b, c, d)
)
FROM (VALUES (ARRAY[date '2019-12-31', '2020-02-29', '2020-03-01', '2020-12-31'])) AS loaded (days)
CROSS JOIN unnest(days) AS a
CROSS JOIN unnest(days) AS b
CROSS JOIN unnest(days) AS c
CROSS JOIN unnest(days) AS d
WHERE a NOT IN (b, c, d)
  AND b NOT IN (c, d)
  AND c <> d;
SELECT results_eq(
    $$
        SELECT * FROM pg_temp.history_after(
            '2020-03-01', '2020-03-01', '2019-12-31', '2020-03-01', '2020-12-31', '2020-02-29', '2019-12-31', '2020-02-29'
        )
    $$,
    'TABLE forwards',
    'the same with repetitions'
);
SELECT results_eq(
    $$ SELECT * FROM pg_temp.history_after('2020-12-31', '2020-02-29') $$,
    ARRAY[
        'daily b 2020-02-29 11:00:00 -> 2020-02-29 12:00:00',
        'daily c 2020-02-29 12:00:00 -> 2020-12-31 11:00:00',
        'daily e 2020-12-31 11:00:00 -> 2020-12-31 12:00:00',
        'daily f 2020-12-31 12:00:00 -> open',
        'ends b 2020-12-31 23:59:59.999999 -> open',
        'inner a 2020-02-29 11:00:00 -> 2020-02-29 12:00:00',
        'inner b 2020-02-29 12:00:00 -> open',
        'lives c deleted 2020-02-29 00:00:00 -> 2020-12-31 00:00:00',
        'lives e 2020-12-31 00:00:00 -> open',
        'night a 2020-02-29 00:00:00 -> 2020-02-29 23:59:59.999999',
        'night b 2020-02-29 23:59:59.999999 -> open',
        'young a 2020-12-31 12:00:00 -> open'
    ],
    'days that were not loaded are not there'
);

-- Again: nothing is written, whatever came before.
CREATE TEMP TABLE before AS TABLE place;
SELECT is(crm.load_users_dim(day), 0::bigint, format('%s again writes nothing', day))
FROM unnest(ARRAY[date '2020-02-29', '2020-12-31', '2020-02-29']) AS day;
SELECT bag_eq('TABLE place', 'TABLE before', 'and no row has moved');
SELECT is_empty(
    'SELECT user_id FROM internal.users_dim_stage UNION ALL SELECT user_id FROM internal.users_dim_changed UNION ALL SELECT user_id FROM internal.users_dim_neighbors',
    'nothing is left on the stage'
);

-- The cost follows the day: months that ended before it are not read.
SELECT crm.load_users_dim('2020-03-01') \g /dev/null
CREATE TEMP VIEW scan AS
SELECT coalesce(sum(seq_scan + idx_scan), 0) AS count
FROM pg_stat_xact_user_tables
WHERE relname = 'users_dim_2020_02';
SELECT count AS scans FROM scan \gset
INSERT INTO raw.user_events (user_id, event_type, username, received_at)
SELECT user_id, 'User Updated', 'late', '2020-03-01 18:00Z'
FROM unnest(ARRAY['daily', 'ends', 'lives', 'new', 'young']) AS user_id;
DELETE FROM raw.user_events WHERE user_id = 'night' AND event_date = '2020-03-01';
SELECT crm.load_users_dim('2020-03-01') \g /dev/null
SELECT is(count, :scans::numeric, 'a late day does not read what had ended before it')
FROM scan;

-- One late event between versions: its values, and those of the version it divides.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (
    event_sk, user_id, event_type, username, user_email, user_type, organization_name, plan_name, received_at
) VALUES
    (1, 'anna',  'User Deleted', 'A', 'b', 'c', 'd', 'e', '2020-12-05 10:00Z'),
    (2, 'anna',  'User Updated', 'F', 'g', 'h', 'i', 'j', '2020-12-09 10:00Z'),
    (3, 'other', 'User Created', 'x', 'x', 'x', 'x', 'x', '2020-12-05 10:00Z'),
    (4, 'other', 'User Updated', 'y', 'y', 'y', 'y', 'y', '2020-12-07 11:00Z'),
    (5, 'other', 'User Updated', 'z', 'z', 'z', 'z', 'z', '2020-12-09 10:00Z');
SELECT crm.load_users_dim(day) FROM unnest(ARRAY[date '2020-12-05', '2020-12-07', '2020-12-09']) AS day \g /dev/null
TRUNCATE before;
INSERT INTO before TABLE place;
INSERT INTO raw.user_events (
    event_sk, user_id, event_type, username, user_email, user_type, organization_name, plan_name, received_at
) VALUES
    (6, 'anna', 'User Deleted', 'K', 'l', 'm', 'n', 'o', '2020-12-07 10:00Z'),
    (7, 'anna', 'User Created', 'P', 'q', 'r', 's', 't', '2020-12-07 11:00Z');
SELECT is(crm.load_users_dim('2020-12-07'), 3::bigint, 'one version ends earlier, two are new');
SELECT results_eq(
    $$
        SELECT valid_from, valid_to, is_deleted, username, user_email, user_type, organization_name, plan_name, event_sk
        FROM crm.users_dim
        WHERE user_id = 'anna'
        ORDER BY valid_from
    $$,
    $$
        VALUES
            (timestamptz '2020-12-05 10:00Z', timestamptz '2020-12-07 10:00Z', true, 'A', 'b', 'c', 'd', 'e', 1::bigint),
            ('2020-12-07 10:00Z', '2020-12-07 11:00Z', true,  'K', 'l', 'm', 'n', 'o', 6),
            ('2020-12-07 11:00Z', '2020-12-09 10:00Z', false, 'P', 'q', 'r', 's', 't', 7),
            ('2020-12-09 10:00Z', NULL,                false, 'F', 'g', 'h', 'i', 'j', 2)
    $$,
    'every version has all values of its own event'
);
SELECT bag_eq(
    $$ SELECT * FROM place WHERE user_id = 'other' OR event_sk = 2 $$,
    $$ SELECT * FROM before WHERE user_id = 'other' OR event_sk = 2 $$,
    'other users of the day, and versions that stay, are not touched'
);

-- Late events before, between, beside and after what is there; one user each.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at)
SELECT user_id, 'User Updated', username, received_at
FROM unnest(ARRAY[
    'above', 'after', 'before', 'below', 'both', 'closed', 'first', 'last', 'long ago', 'none', 'tie'
]) AS user_id
CROSS JOIN (VALUES
    ('five', timestamptz '2020-12-05 12:00Z'), ('seven', '2020-12-07 12:00Z'), ('seven', '2020-12-07 13:00Z')
) AS event (username, received_at);
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('midnight', 'User Created', 'seven', '2020-12-07 00:00Z'),
    ('midnight', 'User Updated', 'eight', '2020-12-08 00:00Z'),
    ('sunrise',  'User Created', 'seven', '2020-12-07 00:00Z');
SELECT crm.load_users_dim(day)
FROM unnest(ARRAY[date '2020-12-05', '2020-12-07', '2020-12-08']) AS day
\g /dev/null
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('long ago', 'User Updated', 'late', '2018-02-28 12:00Z'),
    ('before',   'User Updated', 'late', '2020-12-04 12:00Z'),
    ('first',    'User Updated', 'late', '2020-12-05 00:00Z'),
    ('last',     'User Updated', 'late', '2020-12-05 23:59:59.999999Z'),
    ('closed',   'User Updated', 'late', '2020-12-06 12:00Z'),
    ('closed',   'User Updated', 'late', '2020-12-06 13:00Z'),
    ('midnight', 'User Updated', 'late', '2020-12-06 23:59:59.999999Z'),
    ('midnight', 'User Updated', 'late', '2020-12-07 23:59:59.999999Z'),
    ('sunrise',  'User Updated', 'late', '2020-12-07 12:00Z'),
    ('above',    'User Updated', 'late', '2020-12-07 11:00Z'),
    ('both',     'User Updated', 'late', '2020-12-07 11:00Z'),
    ('both',     'User Updated', 'late', '2020-12-07 14:00Z'),
    ('below',    'User Updated', 'late', '2020-12-07 14:00Z'),
    ('tie',      'User Deleted', 'late', '2020-12-07 12:00Z'),
    ('tie',      'User Created', 'lost', '2020-12-07 13:00Z'),
    ('after',    'User Updated', 'late', '2020-12-08 12:00Z'),
    ('new',      'User Created', 'late', '2020-12-06 12:00Z');
-- A user of whom one version of the day changes has all of them written anew.
SELECT is(crm.load_users_dim(day), expected, format('late: %s writes %s rows', day, expected))
FROM (VALUES
    (date '2018-02-28', 1::bigint),
    ('2020-12-04',      1),
    ('2020-12-05',      6),
    ('2020-12-06',      5),
    ('2020-12-07',     28),
    ('2020-12-08',      2)
) AS late (day, expected);
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'above five 2020-12-05 12:00:00 -> 2020-12-07 11:00:00',
        'above late 2020-12-07 11:00:00 -> 2020-12-07 12:00:00',
        'above seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'above seven 2020-12-07 13:00:00 -> open',
        'after five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'after seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'after seven 2020-12-07 13:00:00 -> 2020-12-08 12:00:00',
        'after late 2020-12-08 12:00:00 -> open',
        'before late 2020-12-04 12:00:00 -> 2020-12-05 12:00:00',
        'before five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'before seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'before seven 2020-12-07 13:00:00 -> open',
        'below five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'below seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'below seven 2020-12-07 13:00:00 -> 2020-12-07 14:00:00',
        'below late 2020-12-07 14:00:00 -> open',
        'both five 2020-12-05 12:00:00 -> 2020-12-07 11:00:00',
        'both late 2020-12-07 11:00:00 -> 2020-12-07 12:00:00',
        'both seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'both seven 2020-12-07 13:00:00 -> 2020-12-07 14:00:00',
        'both late 2020-12-07 14:00:00 -> open',
        'closed five 2020-12-05 12:00:00 -> 2020-12-06 12:00:00',
        'closed late 2020-12-06 12:00:00 -> 2020-12-06 13:00:00',
        'closed late 2020-12-06 13:00:00 -> 2020-12-07 12:00:00',
        'closed seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'closed seven 2020-12-07 13:00:00 -> open',
        'first late 2020-12-05 00:00:00 -> 2020-12-05 12:00:00',
        'first five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'first seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'first seven 2020-12-07 13:00:00 -> open',
        'last five 2020-12-05 12:00:00 -> 2020-12-05 23:59:59.999999',
        'last late 2020-12-05 23:59:59.999999 -> 2020-12-07 12:00:00',
        'last seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'last seven 2020-12-07 13:00:00 -> open',
        'long ago late 2018-02-28 12:00:00 -> 2020-12-05 12:00:00',
        'long ago five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'long ago seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'long ago seven 2020-12-07 13:00:00 -> open',
        'midnight late 2020-12-06 23:59:59.999999 -> 2020-12-07 00:00:00',
        'midnight seven 2020-12-07 00:00:00 -> 2020-12-07 23:59:59.999999',
        'midnight late 2020-12-07 23:59:59.999999 -> 2020-12-08 00:00:00',
        'midnight eight 2020-12-08 00:00:00 -> open',
        'new late 2020-12-06 12:00:00 -> open',
        'none five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'none seven 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'none seven 2020-12-07 13:00:00 -> open',
        'sunrise seven 2020-12-07 00:00:00 -> 2020-12-07 12:00:00',
        'sunrise late 2020-12-07 12:00:00 -> open',
        'tie five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'tie late deleted 2020-12-07 12:00:00 -> 2020-12-07 13:00:00',
        'tie seven 2020-12-07 13:00:00 -> open'
    ],
    'late events take their places'
);

-- A period that someone dropped, since it was empty, comes back when it is needed.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Created', 'late',  '2016-02-29 12:00Z'),
    ('anna', 'User Created', 'first', '2016-08-10 12:00Z');
SELECT crm.load_users_dim('2016-08-10') \g /dev/null
DROP TABLE crm.users_dim_2016_08;
SELECT lives_ok($$ SELECT crm.load_users_dim('2016-02-29') $$, 'a late day needs the month of its successor');
SELECT results_eq(
    'TABLE history',
    ARRAY['anna late 2016-02-29 12:00:00 -> 2016-08-10 12:00:00', 'anna first 2016-08-10 12:00:00 -> open'],
    'and gets it'
);

-- Events that are gone: their versions go when their day is loaded again. One user a case.
TRUNCATE raw.user_events, crm.users_dim, etl.load_runs;
INSERT INTO raw.user_events (user_id, event_type, username, received_at)
SELECT user_id, 'User Updated', username, received_at
FROM unnest(ARRAY['all', 'first', 'inner', 'last', 'middle', 'none', 'tie']) AS user_id
CROSS JOIN (VALUES
    ('five',  timestamptz '2020-12-05 12:00Z'),
    ('seven', '2020-12-07 00:00Z'), ('noon', '2020-12-07 12:00Z'), ('late', '2020-12-07 23:59:59.999999Z'),
    ('nine',  '2020-12-09 00:00Z')
) AS event (username, received_at);
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('sole',   'User Created', 'seven', '2020-12-07 12:00Z'),
    ('oldest', 'User Created', 'seven', '2020-12-07 12:00Z'),
    ('oldest', 'User Updated', 'nine',  '2020-12-09 12:00Z'),
    ('newest', 'User Created', 'five',  '2020-12-05 12:00Z'),
    ('newest', 'User Updated', 'seven', '2020-12-07 12:00Z'),
    ('sunset', 'User Created', 'five',  '2020-12-05 23:59:59.999999Z'),
    ('sunset', 'User Updated', 'seven', '2020-12-07 00:00Z'),
    ('sunset', 'User Updated', 'eight', '2020-12-08 00:00Z'),
    ('tie',    'User Deleted', 'dies',  '2020-12-07 12:00Z');
SELECT crm.load_users_dim(day)
FROM unnest(ARRAY[date '2020-12-05', '2020-12-07', '2020-12-08', '2020-12-09']) AS day
\g /dev/null
TRUNCATE before;
INSERT INTO before TABLE place;

DELETE FROM raw.user_events
WHERE event_date = '2020-12-07'
  AND (
      user_id IN ('all', 'sole', 'oldest', 'newest', 'sunset')
      OR (user_id = 'first' AND username = 'seven')
      OR (user_id = 'middle' AND username = 'noon')
      OR (user_id = 'last' AND username = 'late')
      OR (user_id = 'inner' AND username <> 'noon')
      OR (user_id = 'tie' AND username = 'dies')
  );
CREATE TEMP TABLE loaded AS TABLE history;
SELECT crm.load_users_dim(day) FROM unnest(ARRAY[date '2020-12-05', '2020-12-09']) AS day \g /dev/null
SELECT results_eq('TABLE history', 'TABLE loaded', 'other days leave the versions of a day alone');
SELECT is(crm.load_users_dim('2020-12-07'), 37::bigint, 'the day again writes the users of whom something has changed');
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'all five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'all nine 2020-12-09 00:00:00 -> open',
        'first five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'first noon 2020-12-07 12:00:00 -> 2020-12-07 23:59:59.999999',
        'first late 2020-12-07 23:59:59.999999 -> 2020-12-09 00:00:00',
        'first nine 2020-12-09 00:00:00 -> open',
        'inner five 2020-12-05 12:00:00 -> 2020-12-07 12:00:00',
        'inner noon 2020-12-07 12:00:00 -> 2020-12-09 00:00:00',
        'inner nine 2020-12-09 00:00:00 -> open',
        'last five 2020-12-05 12:00:00 -> 2020-12-07 00:00:00',
        'last seven 2020-12-07 00:00:00 -> 2020-12-07 12:00:00',
        'last noon 2020-12-07 12:00:00 -> 2020-12-09 00:00:00',
        'last nine 2020-12-09 00:00:00 -> open',
        'middle five 2020-12-05 12:00:00 -> 2020-12-07 00:00:00',
        'middle seven 2020-12-07 00:00:00 -> 2020-12-07 23:59:59.999999',
        'middle late 2020-12-07 23:59:59.999999 -> 2020-12-09 00:00:00',
        'middle nine 2020-12-09 00:00:00 -> open',
        'newest five 2020-12-05 12:00:00 -> open',
        'none five 2020-12-05 12:00:00 -> 2020-12-07 00:00:00',
        'none seven 2020-12-07 00:00:00 -> 2020-12-07 12:00:00',
        'none noon 2020-12-07 12:00:00 -> 2020-12-07 23:59:59.999999',
        'none late 2020-12-07 23:59:59.999999 -> 2020-12-09 00:00:00',
        'none nine 2020-12-09 00:00:00 -> open',
        'oldest nine 2020-12-09 12:00:00 -> open',
        'sunset five 2020-12-05 23:59:59.999999 -> 2020-12-08 00:00:00',
        'sunset eight 2020-12-08 00:00:00 -> open',
        'tie five 2020-12-05 12:00:00 -> 2020-12-07 00:00:00',
        'tie seven 2020-12-07 00:00:00 -> 2020-12-07 12:00:00',
        'tie noon 2020-12-07 12:00:00 -> 2020-12-07 23:59:59.999999',
        'tie late 2020-12-07 23:59:59.999999 -> 2020-12-09 00:00:00',
        'tie nine 2020-12-09 00:00:00 -> open'
    ],
    'versions without their events are gone, their neighbours meet'
);
SELECT bag_eq(
    $$ SELECT * FROM place WHERE user_id = 'none' OR valid_from >= '2020-12-08 00:00Z' $$,
    $$ SELECT * FROM before WHERE user_id = 'none' OR (valid_from >= '2020-12-08 00:00Z') $$,
    'users who keep their events, and later days, are not touched'
);
SELECT is(crm.load_users_dim('2020-12-07'), 0::bigint, 'and again writes nothing');

-- One event is gone and another one late: as many versions as before.
DELETE FROM raw.user_events WHERE event_date = '2020-12-09' AND user_id = 'all';
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('new', 'User Created', 'nine', '2020-12-09 12:00Z');
SELECT is(crm.load_users_dim('2020-12-09'), 3::bigint, 'one version goes, one is open again, one is new');
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^(all|new) ' $$,
    ARRAY['all five 2020-12-05 12:00:00 -> open', 'new nine 2020-12-09 12:00:00 -> open'],
    'an event that is gone is noticed beside one that is new'
);

-- All events of a day are gone.
DELETE FROM raw.user_events WHERE event_date = '2020-12-07';
SELECT is(crm.load_users_dim('2020-12-07'), 19::bigint, 'a day without events any more is taken out');
SELECT results_eq(
    'TABLE history',
    ARRAY[
        'all five 2020-12-05 12:00:00 -> open',
        'first five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'first nine 2020-12-09 00:00:00 -> open',
        'inner five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'inner nine 2020-12-09 00:00:00 -> open',
        'last five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'last nine 2020-12-09 00:00:00 -> open',
        'middle five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'middle nine 2020-12-09 00:00:00 -> open',
        'new nine 2020-12-09 12:00:00 -> open',
        'newest five 2020-12-05 12:00:00 -> open',
        'none five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'none nine 2020-12-09 00:00:00 -> open',
        'oldest nine 2020-12-09 12:00:00 -> open',
        'sunset five 2020-12-05 23:59:59.999999 -> 2020-12-08 00:00:00',
        'sunset eight 2020-12-08 00:00:00 -> open',
        'tie five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00',
        'tie nine 2020-12-09 00:00:00 -> open'
    ],
    'as if it had never been'
);

-- A day that grew before it shrank: what counts is what the last load left.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('grew', 'User Created', 'four', '2020-12-04 12:00Z');
SELECT crm.load_users_dim('2020-12-04') \g /dev/null
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('more', 'User Created', 'four', '2020-12-04 12:00Z'),
    ('most', 'User Created', 'four', '2020-12-04 12:00Z');
SELECT crm.load_users_dim('2020-12-04') \g /dev/null
DELETE FROM raw.user_events WHERE user_id IN ('grew', 'more');
SELECT crm.load_users_dim('2020-12-04') \g /dev/null
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^(grew|more|most) ' $$,
    ARRAY['most four 2020-12-04 12:00:00 -> open'],
    'an event that is gone is noticed after the day has grown'
);

-- A day from which one user went while another one's only version became several.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('gone', 'User Created', 'three', '2020-12-03 12:00Z'),
    ('grow', 'User Created', 'two',   '2020-12-02 12:00Z'),
    ('grow', 'User Updated', 'three', '2020-12-03 12:00Z');
SELECT crm.load_users_dim(day) FROM unnest(ARRAY[date '2020-12-02', '2020-12-03']) AS day \g /dev/null
DELETE FROM raw.user_events WHERE user_id = 'gone';
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('grow', 'User Updated', 'four', '2020-12-03 13:00Z'),
    ('grow', 'User Updated', 'five', '2020-12-03 14:00Z');
SELECT crm.load_users_dim('2020-12-03') \g /dev/null
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^(gone|grow) ' $$,
    ARRAY[
        'grow two 2020-12-02 12:00:00 -> 2020-12-03 12:00:00',
        'grow three 2020-12-03 12:00:00 -> 2020-12-03 13:00:00',
        'grow four 2020-12-03 13:00:00 -> 2020-12-03 14:00:00',
        'grow five 2020-12-03 14:00:00 -> open'
    ],
    'an event that is gone is noticed though the day has as many versions as before'
);

-- A day of which the only user is gone, and another one is new.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES ('gone', 'User Created', 'one', '2020-12-01 12:00Z');
SELECT crm.load_users_dim('2020-12-01') \g /dev/null
DELETE FROM raw.user_events WHERE user_id = 'gone';
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES ('came', 'User Created', 'one', '2020-12-01 12:00Z');
SELECT crm.load_users_dim('2020-12-01') \g /dev/null
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^(gone|came) ' $$, ARRAY['came one 2020-12-01 12:00:00 -> open'],
    'an event that is gone is noticed when all others are in order'
);

-- Versions that end with a month, whose follower is of the next.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('end1', 'User Created', 'two',  '2020-12-02 12:00Z'), ('end1', 'User Updated', 'next', '2021-01-01 00:00Z'),
    ('end2', 'User Created', 'two',  '2020-12-02 12:00Z'), ('end2', 'User Updated', 'next', '2021-02-01 00:00Z'),
    ('end3', 'User Created', 'two',  '2020-12-02 12:00Z'), ('end3', 'User Updated', 'next', '2021-03-01 00:00Z');
SELECT crm.load_users_dim(day)
FROM unnest(ARRAY[date '2020-12-02', '2021-01-01', '2021-02-01', '2021-03-01']) AS day \g /dev/null
INSERT INTO raw.user_events (user_id, event_type, username, received_at)
SELECT user_id, 'User Updated', 'late', '2020-12-02 13:00Z' FROM unnest(ARRAY['end1', 'end2', 'end3']) AS user_id;
SELECT is(crm.load_users_dim('2020-12-02'), 9::bigint, 'late versions between two of other months are written with the rest of their user''s day');
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^end. ' $$,
    $$
        SELECT version
        FROM (VALUES ('end1', '2021-01-01'), ('end2', '2021-02-01'), ('end3', '2021-03-01')) AS ending (user_id, month)
        CROSS JOIN LATERAL (VALUES
            (1, user_id || ' two 2020-12-02 12:00:00 -> 2020-12-02 13:00:00'),
            (2, user_id || ' late 2020-12-02 13:00:00 -> ' || month || ' 00:00:00'),
            (3, user_id || ' next ' || month || ' 00:00:00 -> open')
        ) AS line (number, version)
        ORDER BY user_id, number
    $$,
    'wherever the version ends that they cut'
);

-- A user whose first version begins with the next day.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('dawn', 'User Created', 'two', '2020-12-02 00:00Z');
SELECT crm.load_users_dim('2020-12-02') \g /dev/null
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('dawn', 'User Created', 'one', '2020-12-01 12:00Z');
SELECT crm.load_users_dim('2020-12-01') \g /dev/null
SELECT results_eq(
    $$ SELECT version FROM history WHERE version ~ '^dawn ' $$,
    ARRAY['dawn one 2020-12-01 12:00:00 -> 2020-12-02 00:00:00', 'dawn two 2020-12-02 00:00:00 -> open'],
    'a version that comes before all others ends at midnight'
);

-- A purge of raw is no correction: without a load of its day the history stays, whatever else is loaded.
TRUNCATE raw.user_events;
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('first', 'User Updated', 'six',   '2020-12-06 12:00Z'),
    ('last',  'User Updated', 'ten',   '2020-12-10 12:00Z');
TRUNCATE loaded;
INSERT INTO loaded
SELECT version
FROM history
WHERE version NOT IN ('first five 2020-12-05 12:00:00 -> 2020-12-09 00:00:00', 'last nine 2020-12-09 00:00:00 -> open')
UNION ALL
VALUES
    ('first five 2020-12-05 12:00:00 -> 2020-12-06 12:00:00'), ('first six 2020-12-06 12:00:00 -> 2020-12-09 00:00:00'),
    ('last nine 2020-12-09 00:00:00 -> 2020-12-10 12:00:00'), ('last ten 2020-12-10 12:00:00 -> open');
SELECT crm.load_users_dim(day) FROM unnest(ARRAY[date '2020-12-06', '2020-12-10']) AS day \g /dev/null
SELECT bag_eq('TABLE history', 'TABLE loaded', 'a purge of raw leaves the history of loaded days');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

SELECT * FROM finish();
ROLLBACK;
