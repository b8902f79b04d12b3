-- internal.prepare_users_dim_period(), internal.require_users_dim_period(): what is loaded finds its period made.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(9);
\ir ../../fixtures/history.sql

CREATE TEMP VIEW period AS
SELECT inhrelid::regclass::text AS name
FROM pg_inherits
WHERE inhparent = 'crm.users_dim'::regclass
  AND inhrelid <> 'crm.users_dim_open'::regclass;
CREATE FUNCTION pg_temp.locks(p_mode text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
    FROM pg_locks
    WHERE pid = pg_backend_pid() AND relation = 'crm.users_dim'::regclass AND mode = p_mode
$$;

-- In the place of one that another transaction made.
CREATE TABLE crm.users_dim_2020_10 ();
SELECT internal.prepare_users_dim_period('2020-10-08') \g /dev/null
SELECT is(pg_temp.locks('ShareUpdateExclusiveLock'), 0::bigint, 'for a period that is there nothing is locked');

SELECT internal.add_users_dim_period('2020-11-01') \g /dev/null
INSERT INTO raw.user_events (user_id, event_type, received_at)
SELECT 'anna', 'User Updated', day + time '10:00' AT TIME ZONE 'UTC'
FROM unnest(ARRAY['2020-11-30', '2020-12-31', '2021-01-31', '2021-03-01']::date[]) AS day;
SELECT crm.load_users_dim('2020-11-30') \g /dev/null
SELECT bag_eq(
    'TABLE period', ARRAY['crm.users_dim_2020_11', 'crm.users_dim_2020_12'], 'a load makes the period of the month after'
);
SELECT is(pg_temp.locks('AccessExclusiveLock'), 0::bigint, 'no reader waits for it');
SELECT crm.load_users_dim('2020-12-31'), crm.load_users_dim('2021-01-31') \g /dev/null
SELECT bag_eq(
    'TABLE period',
    ARRAY['crm.users_dim_2020_11', 'crm.users_dim_2020_12', 'crm.users_dim_2021_01', 'crm.users_dim_2021_02'],
    'so the next load finds its own'
);
SELECT is(pg_temp.locks('AccessExclusiveLock'), 0::bigint, 'and no reader waits for it either');

SET LOCAL lock_timeout = '7s';
SELECT crm.load_users_dim('2021-03-01') \g /dev/null
SELECT ok('crm.users_dim_2021_03' IN (TABLE period), 'a load that finds none makes it');
SELECT is(pg_temp.locks('AccessExclusiveLock'), 1::bigint, 'and then keeps readers out, who would not know it');
SELECT is(current_setting('lock_timeout'), '7s', 'the lock timeout is the session''s again');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

SELECT * FROM finish();
ROLLBACK;
