-- internal.begin_load(): a load gets a day, and the table for itself.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(25);

SELECT throws_ok(statement, '22004', 'import_date must be a day, not null', description)
FROM (VALUES
    ($$ SELECT crm.load_users_dim(NULL) $$,                'the dimension refuses a null date'),
    ($$ SELECT reports.load_user_events_daily(NULL) $$,    'the report refuses a null date')
) AS refused (statement, description);
SELECT throws_ok(
    format('SELECT %s(%L)', load, day), '22023', format('import_date must be a day, not %s', day),
    format('%s refuses %s', load, day)
)
FROM unnest(ARRAY['crm.load_users_dim', 'reports.load_user_events_daily']) AS load
CROSS JOIN unnest(ARRAY['infinity', '-infinity']) AS day;

SELECT throws_ok(
    format('SELECT %s(%L)', load, day), '22023',
    format('import_date must be in the years 1970 to 2199, as all events are, not %s', day),
    format('%s refuses %s, of which there can be no event', load, day)
)
FROM unnest(ARRAY['crm.load_users_dim', 'reports.load_user_events_daily']) AS load
CROSS JOIN unnest(ARRAY['1500-01-01', '1969-12-31', '2200-01-01']) AS day;

DO $$
DECLARE
    v_hint text;
BEGIN
    PERFORM crm.load_users_dim(NULL);
EXCEPTION
    WHEN null_value_not_allowed THEN
        GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
        PERFORM set_config('scratch.hint', v_hint, true);
END;
$$;
SELECT is(current_setting('scratch.hint'), 'Pass the day to load, e.g. DATE ''2020-12-08''.', 'and says what to pass');
SELECT is_empty('TABLE etl.load_runs', 'what was refused is no load');

-- One lock a table, to the end of the transaction: of its row, as an advisory lock can be had by anybody who may connect.
\ir ../../fixtures/locked.sql
SELECT is_empty('TABLE locked', 'no load, no lock');
SELECT internal.begin_load('users_dim', '2020-12-08') \g /dev/null
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'a load locks out others');
SELECT internal.begin_load('users_dim', '2020-12-09') \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT is((SELECT count(*) FROM locked), 1::bigint, 'a load of the same table has the same lock, whatever the day');
SELECT internal.begin_load('user_events_daily', '2020-12-08') \g /dev/null
SELECT is((SELECT count(*) FROM locked), 2::bigint, 'a load of another table has another lock');
SELECT reports.load_user_events_daily('2020-12-10') \g /dev/null
SELECT is((SELECT count(*) FROM locked), 2::bigint, 'the loads have the locks of their tables');
INSERT INTO etl.arrivals (event_date, xid, event_sks) VALUES
    ('2020-12-08', '3', '{[1,2)}'), ('2020-12-08', pg_current_xact_id(), '{[2,3)}'), ('2020-12-09', pg_current_xact_id(), '{[3,4)}');
SELECT internal.begin_load('user_events_daily', '2020-12-08') \g /dev/null
SELECT bag_eq(
    'SELECT event_date, event_sks FROM etl.arrivals',
    $$ VALUES (date '2020-12-08', '{[1,2)}'::int8multirange), ('2020-12-08', NULL), ('2020-12-09', '{[3,4)}') $$,
    'what its own transaction brought to the day is not told apart'
);
INSERT INTO raw.user_events (event_key, user_id, event_type, received_at)
SELECT gen_random_uuid(), 'a', 'User Created', received_at::timestamptz
FROM unnest(ARRAY['2020-12-07 23:59:59.999999Z', '2020-12-08 00:00Z', '2020-12-08 10:00Z', '2020-12-09 00:00Z']) AS received_at;
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(
    internal.begin_load('user_events_daily', '2020-12-08'), '2020-12-08 10:00Z'::timestamptz, 'it tells the newest event of the UTC day'
);
SET LOCAL timezone = 'UTC';
SELECT is(internal.begin_load('user_events_daily', '2020-12-10'), NULL, 'of a day without events, none');
INSERT INTO raw.user_events (event_key, user_id, event_type, received_at)
VALUES (gen_random_uuid(), 'a', 'User Created', '2190-01-01 10:00Z');
SELECT is(internal.begin_load('user_events_daily', '2190-01-01'), NULL, 'nor of one whose events are ahead of the clock');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT is((SELECT count(*) FROM locked), 3::bigint, 'the load of the organizations has one as well');

-- db/migrate, which had the lock while the load waited for it.
CREATE OR REPLACE FUNCTION internal.lock_load(p_load_name text) RETURNS void LANGUAGE sql AS $$
    UPDATE etl.loads SET rules = 'other' WHERE load_name = p_load_name
$$;
SELECT throws_ok(
    $$ SELECT crm.load_users_dim('2020-12-08') $$, '40001', 'the rules of users_dim changed while its load waited',
    'a load that began under older rules is refused'
);

SELECT * FROM finish();
ROLLBACK;
