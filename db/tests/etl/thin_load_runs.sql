-- etl.thin_load_runs(): of what ran on schedule days ago, the last run of each day stays.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(6);

CREATE FUNCTION pg_temp.run(p_load_name text, p_day date, p_age interval, p_arrived bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot, events_arrived)
    VALUES (
        p_load_name, p_day, (date_trunc('day', now() AT TIME ZONE 'UTC') - p_age) AT TIME ZONE 'UTC',
        '1 s', 1, 1, '3:3:', p_arrived
    )
$$;
SELECT pg_temp.run('users_dim', '2020-12-07', '4 days', 0) \g /dev/null
SELECT pg_temp.run(load_name, '2020-12-08', age::interval, arrived)
FROM (VALUES
    ('users_dim',         '1 month 1 microsecond', 1),
    ('users_dim',         '1 month',               8),
    ('users_dim',         '5 days',                NULL),
    ('users_dim',         '4 days',                2),
    ('user_events_daily', '4 days',                3),
    ('users_dim',         '2 days 1 microsecond',  4),
    ('users_dim',         '2 days',                5),
    ('users_dim',         '1 day',                 6)
) AS run (load_name, age, arrived) \g /dev/null
SELECT pg_temp.run('users_dim', '2020-12-09', '4 days', 7) \g /dev/null

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(etl.thin_load_runs(), 3::bigint, 'says how many it took away');
SET LOCAL timezone = 'UTC';
SELECT bag_eq(
    'SELECT load_name, import_date::text, events_arrived FROM etl.load_runs',
    $$ VALUES
        ('users_dim', '2020-12-07', 0::bigint), ('users_dim', '2020-12-08', 1), ('users_dim', '2020-12-08', NULL),
        ('users_dim', '2020-12-08', 5), ('users_dim', '2020-12-08', 6),
        ('user_events_daily', '2020-12-08', 3), ('users_dim', '2020-12-09', 7)
    $$,
    'runs of whole days stay, those of the last two days, the last of each load and day, and what is over a month old'
);
SELECT is(etl.thin_load_runs(), 0::bigint, 'again, there is nothing to take away');
SELECT is(
    (internal.last_load('users_dim', '2020-12-08')).events_arrived, 6::bigint, 'the last load of a day is what it was'
);

CREATE FUNCTION pg_temp.fail(p_load_name text, p_day date, p_age interval) RETURNS void LANGUAGE sql AS $$
    INSERT INTO etl.load_failures (load_name, import_date, started_at, failed_at, sqlstate, message)
    SELECT p_load_name, p_day, failed_at, failed_at, 'XX000', p_age::text
    FROM (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - p_age AS failed_at) AS failure
$$;
SELECT pg_temp.fail(load_name, day, age)
FROM (VALUES
    ('users_dim',         '2020-12-08'::date, '90 days'::interval),
    ('users_dim',         '2020-12-08',       '4 days'),
    ('user_events_daily', '2020-12-08',       '4 days'),
    ('users_dim',         '2020-12-09',       '4 days'),
    ('users_dim',         '2020-12-08',       '2 days 1 microsecond'),
    ('users_dim',         '2020-12-08',       '2 days'),
    ('users_dim',         '2020-12-08',       '1 day')
) AS failure (load_name, day, age) \g /dev/null
SELECT is(etl.thin_load_runs(), 3::bigint, 'failures: says how many it took away');
SELECT bag_eq(
    'SELECT load_name, import_date::text, message FROM etl.load_failures',
    $$ VALUES
        ('user_events_daily', '2020-12-08', '4 days'), ('users_dim', '2020-12-09', '4 days'),
        ('users_dim', '2020-12-08', '2 days'), ('users_dim', '2020-12-08', '1 day')
    $$,
    'failures of the last two days stay, and the last of each load and day'
);

SELECT * FROM finish();
ROLLBACK;
