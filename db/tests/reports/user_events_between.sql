-- reports.user_events_between(): events by local day.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(6);
\ir ../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, received_at) VALUES
    ('anna', 'User Created', '2020-10-24 21:59:59.999999Z'),
    ('anna', 'User Created', '2020-10-24 22:00Z'), -- midnight in Berlin, on the last day of summer time, of 25 hours
    ('bert', 'User Updated', '2020-10-25 22:59:59.999999Z'),
    ('bert', 'User Deleted', '2020-10-25 20:00Z'),
    ('carl', 'User Created', '2020-10-25 23:00Z'),
    ('dora', 'User Created', '2020-10-26 23:00Z'); -- midnight in Berlin after the last day
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT results_eq(
    $$ SELECT local_date::text, n_created, n_updated, n_deleted, n_unique, n_total
       FROM reports.user_events_between('2020-10-25', '2020-10-26', 'Europe/Berlin') ORDER BY 1 $$,
    $$ VALUES ('2020-10-25', 1::bigint, 1::bigint, 1::bigint, 2::bigint, 3::bigint), ('2020-10-26', 1, 0, 0, 1, 1) $$,
    'a local day begins and ends at its midnights'
);
SELECT reports.load_user_events_daily(day) FROM unnest(ARRAY['2020-10-24', '2020-10-25']::date[]) AS day \g /dev/null
SELECT bag_eq(
    $$ SELECT * FROM reports.user_events_between('2020-10-24', '2020-10-25', 'UTC') $$, 'TABLE reports.user_events_daily',
    'in UTC it is the report'
);
SELECT throws_ok(
    $$ SELECT * FROM reports.user_events_between('2020-10-24', NULL, 'UTC') $$, '22004', 'the days and the zone must not be null', 'refuses null'
);
SELECT throws_ok(
    $$ SELECT * FROM reports.user_events_between('2020-10-24', '2020-10-25', 'Moon') $$, '22023', 'time zone "Moon" not recognized', 'refuses a zone that is none'
);
INSERT INTO etl.purges (purged_before, events) VALUES ('2020-10-25', 1);
SELECT throws_like(
    $$ SELECT * FROM reports.user_events_between('2020-10-25', '2020-10-25', 'Europe/Berlin') $$, 'raw has no events before %',
    'refuses days of which raw has no events any more'
);
SELECT lives_ok(
    $$ SELECT * FROM reports.user_events_between('2020-10-25', '2020-10-25', 'America/New_York') $$, 'but no later ones'
);

SELECT * FROM finish();
ROLLBACK;
