-- reports.users_by_organization_between(): the users of each organization and plan by day.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(7);
\ir ../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, organization_name, plan_name, received_at) VALUES
    ('anna', 'User Created', 'Acme', 'free', '2020-12-05 00:00Z'),
    ('anna', 'User Updated', 'Acme', 'gold', '2020-12-06 23:59:59.999999Z'),
    ('bert', 'User Created', 'Acme', 'free', '2020-12-05 10:00Z'),
    ('bert', 'User Deleted', 'Acme', 'free', '2020-12-08 00:00Z'),
    ('carl', 'User Created', NULL,   NULL,   '2020-12-07 00:00Z'),
    ('dora', 'User Created', 'Acme', 'free', '2020-12-07 10:00Z'),
    ('dora', 'User Deleted', 'Acme', 'free', '2020-12-07 11:00Z');
SELECT crm.load_users_dim(day::date), reports.load_user_events_daily(day::date)
FROM generate_series(timestamp '2020-12-05', '2020-12-09', '1 day') AS day \g /dev/null
DELETE FROM reports.user_events_daily WHERE event_date = '2020-12-06';
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT results_eq(
    $$ SELECT event_date::text, organization_name, plan_name, n_users
       FROM reports.users_by_organization_between(NULL, NULL) ORDER BY 1, 2, 3 $$,
    $$ VALUES
        ('2020-12-05', 'Acme', 'free', 2::bigint),
        ('2020-12-07', 'Acme', 'free', 1), ('2020-12-07', 'Acme', 'gold', 1), ('2020-12-07', NULL, NULL, 1),
        ('2020-12-08', 'Acme', 'gold', 1), ('2020-12-08', NULL, NULL, 1),
        ('2020-12-09', 'Acme', 'gold', 1), ('2020-12-09', NULL, NULL, 1)
    $$,
    'the users at the end of each loaded day'
);
SELECT bag_eq(
    'SELECT event_date, sum(n_users)::bigint FROM reports.users_by_organization_between(NULL, NULL) GROUP BY 1',
    'TABLE reports.users_daily', 'together they are all users'
);
SELECT bag_eq(
    format('SELECT * FROM reports.users_by_organization_between(%L, %L)', first, last),
    format('SELECT * FROM reports.users_by_organization_between(NULL, NULL) WHERE event_date BETWEEN %L AND %L',
        coalesce(first, '-infinity'), coalesce(last, 'infinity')),
    format('from %s to %s it is the same', first, last)
)
FROM (VALUES ('2020-12-07', '2020-12-08'), ('2020-12-06', NULL), (NULL, '2020-12-07'), ('2020-12-08', '2020-12-05')) AS range (first, last);
SELECT bag_eq(
    $$ SELECT organization_name, plan_name, n_users FROM reports.users_by_organization_between('2020-12-09', '2020-12-09') $$,
    'TABLE reports.users_by_organization', 'on the last day as now'
);

SELECT * FROM finish();
ROLLBACK;
