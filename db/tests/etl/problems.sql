-- etl.ingest_totals, etl.quarantine, etl.problems, etl.metrics: what status and monitoring show.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(17);

CREATE FUNCTION pg_temp.event(p_day date) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(jsonb_build_object(
        'id', 'a', 'event_type', 'User Created', 'received_at', to_char(p_day, 'YYYY-MM-DD') || ' 10:00'
    )::text, 'UTF8')
$$;
CREATE FUNCTION pg_temp.today() RETURNS date LANGUAGE sql RETURN (now() AT TIME ZONE 'UTC')::date;

SELECT results_eq(
    'TABLE etl.ingest_totals', 'VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint, NULL::timestamptz, 0::bigint)',
    'totals: nothing was received'
);
SELECT is_empty('TABLE etl.problems', 'an empty warehouse has no problems');
SELECT results_eq(
    $$ SELECT metric, label_value, value FROM etl.metrics ORDER BY metric, label_value COLLATE "C" $$,
    $$ VALUES
        ('load_failure_rate_in_24_hours', 'user_events_daily', 0::double precision),
        ('load_failure_rate_in_24_hours', 'users_dim', 0),
        ('loads_failed_in_24_hours', 'user_events_daily', 0), ('loads_failed_in_24_hours', 'users_dim', 0),
        ('messages', 'duplicate', 0), ('messages', 'inserted', 0), ('messages', 'rejected', 0),
        ('problems', '', 0),
        ('quarantined', 'organization', 0), ('quarantined', 'user event', 0),
        ('stale_dates', 'user_events_daily', 0), ('stale_dates', 'users_dim', 0),
        ('waiting_seconds', 'user_events_daily', 0), ('waiting_seconds', 'users_dim', 0)
    $$,
    'and all its figures are there, as zeros'
);

SELECT raw.ingest_user_events(
    ARRAY[
        pg_temp.event('2020-12-08'), pg_temp.event('2020-12-09'), pg_temp.event('2020-12-09'),
        pg_temp.event(pg_temp.today() - 1), pg_temp.event(pg_temp.today()), '[]'
    ],
    NULL
) \g /dev/null
SELECT results_eq(
    'TABLE etl.ingest_totals', 'VALUES (6::bigint, 4::bigint, 1::bigint, 1::bigint, now(), 0::bigint)', 'totals: what became of all'
);
INSERT INTO etl.ingests (received, inserted, duplicates, rejected, ingested_at)
VALUES (0, 0, 0, 0, now() - interval '1 day');
SELECT is(last_at, now(), 'totals: the last time counts') FROM etl.ingest_totals;
UPDATE etl.arrivals SET xid = '3'; -- of a transaction that is over
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY[date '2020-12-08', pg_temp.today() - 1]) AS day \g /dev/null
SELECT reports.load_user_events_daily('2020-12-09') \g /dev/null

SELECT results_eq(
    'SELECT problem FROM etl.problems ORDER BY 1',
    $$ VALUES
        ('1 user event rejected, last: body: must be a JSON object, is of type array'),
        ('users_dim: 1 day to load, the first 2020-12-09')
    $$,
    'problems: a reject, and a day to load; today may wait'
);
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(count(*), 2::bigint, 'whatever the session calls today') FROM etl.problems;
SET LOCAL timezone = 'UTC';
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-10', '3');
SELECT results_eq(
    $$ SELECT problem FROM etl.problems WHERE problem ~ 'load' ORDER BY 1 $$,
    $$ VALUES
        ('user_events_daily: 1 day to load, the first 2020-12-10'),
        ('users_dim: 2 days to load, the first 2020-12-09')
    $$,
    'problems: of several days to load, the first is told'
);

INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason, rejected_at) VALUES
    (0, gen_random_uuid(), '', 'older', now() - interval '1 day'),
    (-2, gen_random_uuid(), '', 'older', now() - interval '1 day'),
    (-1, gen_random_uuid(), '', 'erased', now() + interval '1 day');
INSERT INTO raw.organizations_inbox (body) VALUES ('{}'), ('[1]');
SELECT raw.ingest_organizations() \g /dev/null
UPDATE raw.rejected_organizations SET rejected_at = now() + interval '1 day' WHERE body = '[1]';
SELECT bag_eq(
    'SELECT kind, reason FROM etl.quarantine',
    $$ VALUES
        ('user event', 'older'), ('user event', 'older'),
        ('user event', 'body: must be a JSON object, is of type array'),
        ('organization', 'organization_key: missing'),
        ('organization', 'body: must be a JSON object, is of type array')
    $$,
    'quarantine: both kinds, but nothing of an erased user'
);
DELETE FROM etl.arrivals;
SELECT results_eq(
    'SELECT problem FROM etl.problems ORDER BY 1',
    $$ VALUES
        ('2 organizations rejected, last: body: must be a JSON object, is of type array'),
        ('3 user events rejected, last: body: must be a JSON object, is of type array')
    $$,
    'problems: how many, and the latest reason'
);
SELECT is(count(DISTINCT remedy), 2::bigint, 'each with what to do') FROM etl.problems;

SELECT is(value, expected::double precision, format('metrics: %s %s', metric, label_value))
FROM etl.metrics
JOIN (VALUES
    ('messages', 'inserted', 4), ('quarantined', 'user event', 3), ('last_load_rows_written', 'user_events_daily', 1)
) AS example (metric, label_value, expected) USING (metric, label_value);

-- Loads by a clock that is slow; the last by number counts.
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
SELECT 'users_dim', '2020-12-08', timestamptz '2020-12-09 00:00Z' - number * interval '1 day', number * interval '2 s', 0, number, '100:110:'
FROM generate_series(1, 3) AS number;
SELECT results_eq(
    $$
        SELECT metric, value
        FROM etl.metrics
        WHERE label = 'load' AND label_value = 'users_dim' AND metric LIKE 'last%'
        ORDER BY metric
    $$,
    $$ VALUES
        ('last_load_duration_seconds', 6::double precision),
        ('last_load_rows_written', 3),
        ('last_load_timestamp_seconds', extract(epoch FROM timestamptz '2020-12-06 00:00:06Z')::double precision)
    $$,
    'metrics: the end of the last load, its duration and its rows'
);
SELECT is(value, 1::double precision, 'metrics: each load by itself')
FROM etl.metrics
WHERE metric = 'last_load_rows_written' AND label_value = 'user_events_daily';

UPDATE etl.settings SET quarantine_limit = 1;
SELECT matches(string_agg(problem, ''), '^the quarantine takes [0-9]+ .?B of disk$', 'the quarantine has a limit')
FROM etl.problems
WHERE remedy LIKE '%quarantine_limit%';

SELECT * FROM finish();
ROLLBACK;
