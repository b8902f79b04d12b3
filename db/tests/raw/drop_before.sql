-- raw.drop_before(): old events leave raw when the loads have them, and cannot come back.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(38);

-- In a transaction of its own, which is over.
CREATE SEQUENCE pg_temp.transaction MINVALUE 10;
CREATE FUNCTION pg_temp.ingest(VARIADIC p_at text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_xid      CONSTANT text := nextval('pg_temp.transaction')::text;
    v_outcome text;
BEGIN
    v_outcome := raw.ingest_user_events(
        array_agg(convert_to(format('{"id": "%s", "event_type": "User Created", "received_at": "%s"}', at, at), 'UTF8')),
        NULL
    )::text
    FROM unnest(p_at) AS at;
    UPDATE etl.arrivals SET xid = v_xid::xid8 WHERE xid = pg_current_xact_id();
    RETURN v_outcome;
END $$;
-- A load waits for it and it for a load: it has the lock of each.
\ir ../fixtures/locked.sql
SAVEPOINT unlocked;
SELECT raw.drop_before('1999-01-01') \g /dev/null
SELECT results_eq('TABLE locked', ARRAY['users_dim', 'user_events_daily'], 'no load runs meanwhile');
ROLLBACK TO unlocked;

PREPARE events AS SELECT received_at AT TIME ZONE 'UTC' FROM raw.user_events ORDER BY received_at;

SELECT throws_ok(
    format('SELECT raw.drop_before(%L)', date), state, format('date must be a day that has begun, not %s', coalesce(date, 'null')),
    format('refuses %s', coalesce(date, 'null'))
)
FROM (VALUES
    (NULL, '22004'),
    ((current_timestamp AT TIME ZONE 'UTC')::date + 1, '22023'),
    ('infinity'::date, '22023'),
    ('-infinity'::date, '22023')
) AS refused (day, state)
CROSS JOIN LATERAL (SELECT day::text) AS text (date);
SELECT is_empty('TABLE etl.purges', 'what was refused was no purge');

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(
    pg_temp.ingest('2020-12-06 10:00', '2020-12-07 23:59:59.999999', '2020-12-08 00:00', '2020-12-08 12:00'),
    '(4,4,0,0)', 'events of three days'
);

-- Every load has to have seen every event.
PREPARE purge AS SELECT raw.drop_before('2020-12-08');
SELECT throws_ok(
    'purge', '55000', 'nothing is removed: the loads are not up to date with the events of 2020-12-06, 2020-12-07',
    'no load has run'
);
SELECT crm.load_users_dim(day) FROM unnest(ARRAY['2020-12-06', '2020-12-07']::date[]) AS day \g /dev/null
SELECT throws_ok(
    'purge', '55000', 'nothing is removed: the loads are not up to date with the events of 2020-12-06, 2020-12-07',
    'the report has not run'
);
SELECT reports.load_user_events_daily(day) FROM unnest(ARRAY['2020-12-06', '2020-12-07']::date[]) AS day \g /dev/null
DELETE FROM etl.load_runs WHERE load_name = 'users_dim' AND import_date = '2020-12-07';
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-07', '3');
SELECT throws_ok(
    'purge', '55000', 'nothing is removed: the loads are not up to date with the events of 2020-12-07',
    'the dimension has not run for one day'
);
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
DELETE FROM raw.user_events WHERE event_date = '2020-12-06';
SELECT throws_ok(
    'purge', '55000', 'nothing is removed: the loads are not up to date with the events of 2020-12-06',
    'an event was removed by hand and its day not loaded since'
);
SELECT results_eq(
    'events', $$ VALUES (timestamp '2020-12-07 23:59:59.999999'), ('2020-12-08 00:00'), ('2020-12-08 12:00') $$,
    'a refusal removes nothing'
);
SELECT pg_temp.ingest('2020-12-06 10:00') \g /dev/null
SELECT crm.load_users_dim('2020-12-06'), reports.load_user_events_daily('2020-12-06') \g /dev/null
CREATE TEMP TABLE dimension AS TABLE crm.users_dim;
CREATE TEMP TABLE report AS TABLE reports.user_events_daily;

SELECT is(raw.drop_before('2020-12-08'), 2::bigint, 'says how many events it removed');
SELECT results_eq(
    'events', $$ VALUES (timestamp '2020-12-08 00:00'), ('2020-12-08 12:00') $$,
    'midnight stays, what was before it is gone'
);
SELECT results_eq(
    'SELECT purged_before::text, events FROM etl.purges', $$ VALUES ('2020-12-08', 2::bigint) $$, 'and keeps a record'
);
SELECT is(internal.retention_start(), timestamptz '2020-12-08 00:00Z', 'raw knows from when on it is whole');

-- The tables stay as they are.
SELECT throws_ok(
    format('SELECT %s(%L)', load, day), '55000', format('the events of %s were removed from raw', day),
    format('%s refuses %s', load, day)
)
FROM unnest(ARRAY['crm.load_users_dim', 'reports.load_user_events_daily']) AS load
CROSS JOIN unnest(ARRAY['2020-12-07', '1999-01-01']) AS day;
SELECT is(crm.load_users_dim('2020-12-08'), 2::bigint, 'the first day that was kept can be loaded');
DELETE FROM crm.users_dim WHERE valid_from >= '2020-12-08 00:00Z';
SELECT bag_eq('TABLE crm.users_dim', 'TABLE dimension', 'the dimension keeps its history');
SELECT bag_eq('TABLE reports.user_events_daily', 'TABLE report', 'the report as well');

-- Nothing comes in twice, nothing gets lost.
SELECT is(
    pg_temp.ingest('2020-12-07 23:59:59.999999', '2020-12-07 12:00', '2020-12-08 00:00'), '(3,0,1,2)',
    'an event of a removed day is rejected, delivered again or late'
);
SELECT is(
    array_agg(reason ORDER BY event_sk),
    ARRAY[
        'received_at: of a day that was removed from raw: 2020-12-07 23:59:59.999999',
        'received_at: of a day that was removed from raw: 2020-12-07 12:00'
    ],
    'with the reason'
)
FROM raw.rejected_user_events;
SELECT is(raw.replay_rejected_user_events()::text, '(2,0,0,2)', 'and stays there');

SELECT is(raw.drop_before('2020-12-08'), 0::bigint, 'the same date again removes nothing');
SELECT is(raw.drop_before('2020-12-07'), 0::bigint, 'nor does one before it');
SELECT is(count(*), 1::bigint, 'and neither is recorded') FROM etl.purges;
SELECT throws_ok(
    $$ SELECT raw.drop_before('2020-12-09') $$, '55000',
    'nothing is removed: the loads are not up to date with the events of 2020-12-08', 'the next day has to be loaded first'
);
SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08'),
    reports.load_user_events_daily('2020-12-09') \g /dev/null
SELECT is(raw.drop_before('2020-12-08'), 0::bigint, 'a loaded day that is kept is none to miss events of');
SELECT is(raw.drop_before('2020-12-10'), 2::bigint, 'then the next days go, with or without events');
SELECT is(internal.retention_start(), timestamptz '2020-12-10 00:00Z', 'the last purge counts');
SELECT is_empty('events', 'raw is empty');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

SAVEPOINT purged;
SELECT is(raw.drop_before((current_timestamp AT TIME ZONE 'UTC')::date), 0::bigint, 'today can be the first day to keep');
ROLLBACK TO purged;
SELECT pg_temp.ingest('2021-01-22 00:00') \g /dev/null
DELETE FROM etl.arrivals;
SELECT throws_ok(
    $$ SELECT raw.drop_before('2021-01-23') $$, '55000',
    'nothing is removed: the loads are not up to date with the events of 2021-01-22',
    'a day that was never counted is noticed by its events'
);
ROLLBACK TO purged;
SELECT pg_temp.ingest(VARIADIC array_agg(day::text)) FROM generate_series(timestamp '2021-02-10', '2021-01-22', '-1 day') AS day \g /dev/null
SELECT throws_ok(
    $$ SELECT raw.drop_before('2021-02-11') $$, '55000',
    (
        SELECT 'nothing is removed: the loads are not up to date with the events of ' || string_agg(day::date::text, ', ' ORDER BY day)
        FROM generate_series(timestamp '2021-01-22', '2021-02-10', '1 day') AS day
    ),
    'the days are told in their order'
);

SELECT * FROM finish();
ROLLBACK;
