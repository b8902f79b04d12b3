-- internal.prepare_users_dim_periods(): what comes in finds its periods made; internal.require_users_dim_period(): what is loaded, too.
BEGIN;
SELECT plan(9);

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
CREATE FUNCTION pg_temp.event(p_at text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(jsonb_build_object('id', 'a', 'event_type', 'User Created', 'received_at', p_at)::text, 'UTF8')
$$;

SELECT raw.ingest_user_events(ARRAY[
    pg_temp.event('2020-12-31 23:59:59.999999'), pg_temp.event('2020-12-01 00:00'), pg_temp.event('2021-02-01 00:00'),
    pg_temp.event('2199-12-31 23:59'), pg_temp.event('1969-12-31 23:59'), '\xff'
], NULL) \g /dev/null
SELECT bag_eq(
    'TABLE period', ARRAY['crm.users_dim_2020_12', 'crm.users_dim_2021_02', 'crm.users_dim_2199_12'],
    'an ingest makes the periods of the months of its events'
);
SELECT is(pg_temp.locks('AccessExclusiveLock'), 0::bigint, 'no reader waits for it');
SELECT crm.load_users_dim('2020-12-31') \g /dev/null
SELECT is(pg_temp.locks('AccessExclusiveLock'), 0::bigint, 'nor for a load into a period that is there');

SELECT raw.ingest_user_events(array_agg(pg_temp.event(format('%s-03-01 10:00', year))), NULL)
FROM generate_series(2000, 2030) AS year \g /dev/null
SELECT is(count(*), 3::bigint + 12, 'of many months an ingest makes some only') FROM period;
SELECT raw.ingest_user_events(array_agg(pg_temp.event(format('%s-03-01 10:00', year))), NULL)
FROM generate_series(2000, 2030) AS year \g /dev/null
SELECT is(count(*), 3::bigint + 12, 'an event that is there already makes none') FROM period;

-- What no ingest has prepared.
SELECT crm.load_users_dim(format('%s-03-01', year)::date) FROM generate_series(2030, 2000, -1) AS year \g /dev/null
SELECT is(count(*), 3::bigint + 31, 'a load makes what is missing') FROM period;
SELECT is(pg_temp.locks('AccessExclusiveLock'), 1::bigint, 'and then keeps readers out, who would not know it');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');
SELECT is(pg_temp.locks('ShareUpdateExclusiveLock'), 1::bigint, 'a period is added beside readers');

SELECT * FROM finish();
ROLLBACK;
