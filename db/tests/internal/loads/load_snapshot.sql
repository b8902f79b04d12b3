-- internal.load_snapshot(): a transaction does not see itself as committed, whatever ends meanwhile.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
-- The statement's snapshot is older than the number of its transaction, so that nothing later can have ended in it.
SELECT internal.load_snapshot()::text AS ours, pg_current_snapshot()::text AS postgresql \gset
BEGIN;
SELECT plan(7);

CREATE FUNCTION pg_temp.event(p_hour integer) RETURNS bytea[] LANGUAGE sql
    RETURN ARRAY[format('{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-08 %s:00"}', p_hour)]::bytea[];

SELECT is(:'ours'::text, :'postgresql', 'while no later transaction has ended, it is that of PostgreSQL');
SELECT raw.ingest_user_events(pg_temp.event(10), NULL) \g /dev/null
\! psql --no-psqlrc --quiet --output=/dev/null --command='SELECT pg_current_xact_id()'
SELECT ok(pg_visible_in_snapshot(pg_current_xact_id(), pg_current_snapshot()), 'a later one has ended: PostgreSQL counts ours as over');
SELECT ok(NOT pg_visible_in_snapshot(pg_current_xact_id(), internal.load_snapshot()), 'we do not');
SELECT ok(
    NOT EXISTS (SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS xid WHERE pg_visible_in_snapshot(xid, internal.load_snapshot()))
        AND pg_snapshot_xmax(internal.load_snapshot()) = pg_snapshot_xmax(pg_current_snapshot()),
    'all others are what they were'
);

SELECT crm.load_users_dim('2020-12-08'), reports.load_user_events_daily('2020-12-08') \g /dev/null
SELECT raw.ingest_user_events(pg_temp.event(11), NULL) \g /dev/null
SELECT bag_eq(
    'SELECT load_name FROM etl.stale_dates', ARRAY['users_dim', 'user_events_daily'],
    'what the transaction of the loads brings after them makes the day stale'
);
SELECT count(*) FROM etl.rebuild_users_dim() \g /dev/null
SELECT bag_eq('SELECT load_name FROM etl.stale_dates', ARRAY['users_dim', 'user_events_daily'], 'also after a rebuild');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

SELECT * FROM finish();
ROLLBACK;
