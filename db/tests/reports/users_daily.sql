-- reports.users_daily, reports.users_between(), reports.user_changes_between(), reports.users_by_organization: users over time, and where they are.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(19);
\ir ../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, organization_name, plan_name, received_at) VALUES
    ('anna', 'User Created', 'Acme', 'Medium',     '2020-12-05 00:00Z'),
    ('anna', 'User Updated', 'Blue', 'Medium',     '2020-12-07 23:59:59.999999Z'),
    ('bert', 'User Created', 'Acme', 'Enterprise', '2020-12-05 23:59:59.999999Z'),
    ('bert', 'User Deleted', NULL,   NULL,         '2020-12-07 00:00Z'),
    ('bert', 'User Created', 'Blue', 'Medium',     '2020-12-08 12:00Z'),
    ('carl', 'User Created', 'Blue', NULL,         '2020-12-07 10:00Z'),
    ('carl', 'User Deleted', 'Blue', NULL,         '2020-12-07 11:00Z');
SELECT is_empty('TABLE reports.users_daily', 'no loaded day, no row');
SELECT crm.load_users_dim(day::date), reports.load_user_events_daily(day::date)
FROM generate_series(timestamp '2020-12-05', '2020-12-08', '1 day') AS day \g /dev/null
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT results_eq(
    'SELECT event_date::text, n_users FROM reports.users_daily ORDER BY 1',
    $$ VALUES ('2020-12-05', 2::bigint), ('2020-12-06', 2), ('2020-12-07', 1), ('2020-12-08', 2) $$,
    'those that exist at the end of each loaded UTC day, also of one without events'
);
SELECT results_eq(
    $$
        SELECT count(*)
        FROM generate_series(timestamp '2020-12-05', '2020-12-08', '1 day') AS day
        JOIN reports.users_daily ON event_date = day
        WHERE n_users <> (SELECT count(*) FROM crm.users_at((day + interval '1 day') AT TIME ZONE 'UTC' - interval '1 microsecond'))
    $$,
    'VALUES (0::bigint)', 'as crm.users_at says'
);
SELECT results_eq(
    format('SELECT event_date::text, n_users FROM reports.users_between(%L, %L) ORDER BY 1', first, last),
    format('SELECT event_date::text, n_users FROM reports.users_daily WHERE event_date BETWEEN %L AND %L ORDER BY 1',
        coalesce(first, '-infinity'), coalesce(last, 'infinity')),
    format('from %s to %s it is the same', first, last)
)
FROM (VALUES ('2020-12-06', '2020-12-07'), ('2020-12-07', NULL), (NULL, '2020-12-06'), ('2020-12-09', NULL), ('2020-12-08', '2020-12-05'))
    AS range (first, last);
SELECT results_eq(
    'SELECT event_date::text, n_new, n_gone FROM reports.user_changes_between(NULL, NULL) ORDER BY 1',
    $$ VALUES ('2020-12-05', 2::bigint, 0::bigint), ('2020-12-07', 1, 2), ('2020-12-08', 1, 0) $$,
    'who comes and who goes: an update is neither, a second life is new, a user of one day is both'
);
SELECT results_eq(
    'SELECT event_date, sum(n_new - n_gone) OVER (ORDER BY event_date) FROM reports.user_changes_between(NULL, NULL) ORDER BY 1',
    $$ SELECT event_date, n_users::numeric FROM reports.users_daily WHERE event_date <> '2020-12-06' ORDER BY 1 $$,
    'together they make the users at the end of each day'
);
SELECT results_eq(
    format('SELECT event_date::text, n_new, n_gone FROM reports.user_changes_between(%L, %L) ORDER BY 1', first, last),
    format('SELECT event_date::text, n_new, n_gone FROM reports.user_changes_between(NULL, NULL) WHERE event_date BETWEEN %L AND %L ORDER BY 1',
        coalesce(first, '-infinity'), coalesce(last, 'infinity')),
    format('who comes and goes from %s to %s is the same', first, last)
)
FROM (VALUES ('2020-12-06', '2020-12-07'), ('2020-12-07', NULL), (NULL, '2020-12-06'), ('2020-12-08', '2020-12-05'),
    ('2020-12-05', '2020-12-05'), (NULL, '2020-12-04'))
    AS range (first, last);
DELETE FROM reports.user_events_daily WHERE event_date = '2020-12-07';
SELECT results_eq(
    'SELECT event_date::text, n_users FROM reports.users_daily ORDER BY 1',
    $$ VALUES ('2020-12-05', 2::bigint), ('2020-12-06', 2), ('2020-12-08', 2) $$,
    'what happened on a day that is not shown counts'
);
SELECT bag_eq(
    'TABLE reports.users_by_organization', $$ VALUES ('Blue', 'Medium', 2::bigint) $$, 'users now, by organization and plan'
);

INSERT INTO raw.user_events (user_id, event_type, organization_name, plan_name, received_at)
VALUES ('anna', 'User Updated', 'Blue', 'Large', '2020-12-09 10:00Z');
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
SELECT is_empty(
    $$ SELECT * FROM reports.user_changes_between('2020-12-09', NULL) $$, 'a day on which nobody comes or goes has no row'
);

SELECT * FROM finish();
ROLLBACK;
