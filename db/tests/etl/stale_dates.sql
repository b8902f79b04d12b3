-- etl.stale_dates: what a load did not see makes its date stale, by snapshots and not by clocks.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(14);

CREATE TEMP VIEW stale AS
SELECT format('%s %s: %s', load_name, import_date, reason) AS line FROM etl.stale_dates;

SELECT is_empty('TABLE stale', 'without events there is nothing to load');

-- Transactions 90 to 120; a load whose snapshot is 100:110:103,105 sees those before 103, 104, and 106 to 109.
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '99');
SELECT bag_eq(
    'TABLE stale',
    ARRAY['users_dim 2020-12-08: never loaded', 'user_events_daily 2020-12-08: never loaded'],
    'a date with events that was never loaded'
);
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot) VALUES
    ('users_dim', '2020-12-08', now(), '1 s', 0, 0, '100:110:103,105'),
    ('users_dim', '2020-12-09', now(), '1 s', 0, 0, '100:110:103,105');
SELECT bag_eq(
    'TABLE stale', ARRAY['user_events_daily 2020-12-08: never loaded'],
    'a load makes its own table clean'
);
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot) VALUES
    ('user_events_daily', '2020-12-08', now(), '1 s', 0, 0, '100:110:103,105');
SELECT is_empty('TABLE stale', 'both loads make the date clean; a date without events is never stale');
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '104'), ('2020-12-08', '109');
SELECT is_empty('TABLE stale', 'events that were committed when the load began, it has seen');
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '105');
SELECT bag_eq(
    'TABLE stale',
    ARRAY[
        'users_dim 2020-12-08: events arrived after the last load began',
        'user_events_daily 2020-12-08: events arrived after the last load began'
    ],
    'events of a transaction that was still running, however old, it has not'
);
DELETE FROM etl.arrivals WHERE xid = '105';
INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-08', '110');
SELECT bag_eq(
    'TABLE stale',
    ARRAY[
        'users_dim 2020-12-08: events arrived after the last load began',
        'user_events_daily 2020-12-08: events arrived after the last load began'
    ],
    'nor those of a transaction that began later'
);
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot) VALUES
    ('users_dim', '2020-12-08', now(), '1 s', 0, 0, '111:111:');
SELECT bag_eq(
    'TABLE stale', ARRAY['user_events_daily 2020-12-08: events arrived after the last load began'],
    'the last load counts'
);
-- Loads wait for one another, so the last one has seen most.
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot) VALUES
    ('users_dim', '2020-12-08', now() - interval '1 year', '1 s', 0, 0, '100:110:');
SELECT is(
    (SELECT count(*) FROM stale WHERE line LIKE 'users_dim%'), 1::bigint,
    'the last by number: clocks may be wrong'
);

INSERT INTO etl.arrivals (event_date, xid) VALUES ('2020-12-09', '99');
SELECT is(
    (SELECT count(*) FROM stale WHERE line LIKE '%2020-12-09: events%'), 0::bigint,
    'a date of which all was seen is not stale for another that is'
);

-- The way through the functions. All is one transaction here, and none sees its own events as committed.
TRUNCATE etl.arrivals, etl.load_runs;
SELECT raw.ingest_user_events(
    ARRAY[
        '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        '{"id": "a", "event_type": "User Created", "received_at": "2020-12-10T00:30:00+02:00"}',
        '{"id": "a", "event_type": "User Renamed", "received_at": "2020-12-11 10:00"}'
    ]::bytea[],
    NULL
) \g /dev/null
SELECT bag_eq(
    'TABLE stale',
    ARRAY[
        'users_dim 2020-12-08: never loaded', 'user_events_daily 2020-12-08: never loaded',
        'users_dim 2020-12-09: never loaded', 'user_events_daily 2020-12-09: never loaded'
    ],
    'the UTC days of new events are stale, those of rejects are not'
);
SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-09') \g /dev/null
SELECT bag_eq(
    $$ SELECT line FROM stale WHERE line LIKE '%never loaded' $$,
    ARRAY['user_events_daily 2020-12-08: never loaded', 'users_dim 2020-12-09: never loaded'],
    'each load is known by its name and date'
);
UPDATE etl.arrivals SET xid = '1';
SELECT bag_eq(
    'TABLE stale',
    ARRAY['user_events_daily 2020-12-08: never loaded', 'users_dim 2020-12-09: never loaded'],
    'and by what it has seen'
);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

SELECT * FROM finish();
ROLLBACK;
