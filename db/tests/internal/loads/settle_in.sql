-- internal.settle_in() and internal.is_moved(): a warehouse that came from another cluster, or another database.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(17);

CREATE FUNCTION pg_temp.ingest(p_user_id text, p_day text) RETURNS bigint LANGUAGE sql
    RETURN (raw.ingest_user_events(
        ARRAY[format('{"id": "%s", "event_type": "User Updated", "received_at": "%s 10:00"}', p_user_id, p_day)]::bytea[], NULL
    )).inserted;
-- As one that the loads have seen and that is over.
CREATE FUNCTION pg_temp.load(p_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE etl.arrivals SET xid = '2' WHERE xid = pg_current_xact_id();
    PERFORM crm.load_users_dim(p_day), reports.load_user_events_daily(p_day);
END $$;

SELECT ok(NOT internal.is_moved(), 'a new warehouse is at home where it was made');
SELECT pg_temp.ingest('anna', '2020-12-08'), pg_temp.ingest('', '2020-12-08'), pg_temp.load('2020-12-08') \g /dev/null
SELECT is_empty('TABLE etl.stale_dates', 'a loaded day');
CREATE TEMP TABLE used AS SELECT max(event_sk) AS event_sk FROM raw.rejected_user_events;

-- As a dump of another cluster brings it, which had counted further: the day would never be stale again.
UPDATE etl.cluster SET system_identifier = 1, since = '2020-01-01';
SELECT ok(internal.is_moved(), 'the identifier of the cluster is another');
UPDATE etl.load_runs SET snapshot = '1000000010:1000000010:';
INSERT INTO etl.arrivals (event_date, xid, event_sks) VALUES ('2020-12-08', '1000000020', '{[5,6)}'), ('2020-12-08', '1000000021', '{[7,8)}');
SELECT lives_ok($$ SELECT pg_temp.ingest('bert', '2020-12-08') $$, 'ingest goes on');
SELECT ok(NOT internal.is_moved(), 'and has settled in');
SELECT is(since, now(), 'since when the warehouse is here') FROM etl.cluster;
SELECT bag_eq(
    'SELECT load_name FROM etl.stale_dates', ARRAY['users_dim', 'user_events_daily'], 'what the old cluster loaded is stale, as something came'
);
SELECT bag_eq(
    'SELECT xid::text, event_sks FROM etl.arrivals WHERE xid <> pg_current_xact_id()', $$ VALUES ('1', NULL::int8multirange) $$,
    'what had arrived there is one arrival, and the day will be loaded as a whole'
);
SELECT pg_temp.load('2020-12-08') \g /dev/null
SELECT is(n_total, 2::bigint, 'it is loaded with what came') FROM reports.user_events_daily;
SELECT is_empty('TABLE etl.stale_dates', 'and is stale no more');

-- As logical replication brings it into another database: sequences begin anew.
UPDATE etl.cluster SET database_oid = 1;
SELECT setval('raw.user_events_event_sk_seq', 1, false) \g /dev/null
SELECT setval('etl.ingests_ingest_sk_seq', 1, false) \g /dev/null
SELECT setval('etl.load_runs_load_run_sk_seq', 1, false) \g /dev/null
SELECT lives_ok($$ SELECT pg_temp.ingest('carl', '2020-12-08'), pg_temp.load('2020-12-08') $$, 'sequences go on behind the greatest number that is used');
DELETE FROM raw.user_events;
UPDATE etl.cluster SET database_oid = 1;
SELECT setval('raw.user_events_event_sk_seq', 1, false) \g /dev/null
SELECT pg_temp.ingest('dora', '2020-12-08') \g /dev/null
SELECT event_sk FROM raw.user_events \gset
SELECT cmp_ok(:event_sk::bigint, '>', (SELECT event_sk FROM used), 'quarantine counts, too');
ALTER SEQUENCE etl.ingests_ingest_sk_seq RESTART 1000;
UPDATE etl.cluster SET database_oid = 1;
SELECT pg_temp.ingest('emil', '2020-12-08') \g /dev/null
SELECT is(max(ingest_sk), 1001::bigint, 'one that is further stays there') FROM etl.ingests;

-- Somebody else has settled in while we waited.
UPDATE etl.load_runs SET snapshot = '5:5:';
SELECT internal.settle_in() \g /dev/null
SELECT is_empty($$ SELECT FROM etl.load_runs WHERE snapshot::text <> '5:5:' $$, 'at home nothing is changed');

-- A dump of later in a copy of the whole cluster, which has its identifier.
UPDATE etl.load_runs SET snapshot = '1000000010:1000000010:' WHERE load_run_sk = (SELECT max(load_run_sk) FROM etl.load_runs);
SELECT ok(internal.is_moved(), 'the last load saw what is yet to come here');
UPDATE etl.cluster SET system_identifier = 1;
ALTER SEQUENCE etl.load_failures_load_failure_sk_seq RESTART;
INSERT INTO etl.load_failures (load_name, import_date, started_at, failed_at, sqlstate, message) VALUES ('users_dim', '2020-12-08', now(), now(), 'WH001', 'no way');
ALTER SEQUENCE etl.load_failures_load_failure_sk_seq RESTART;
SELECT lives_ok(
    $$ SELECT etl.record_load_failure('users_dim', '2020-12-08', now(), 'WH001', 'no way') $$, 'a load that fails is kept before one succeeded'
);
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension is well');

SELECT * FROM finish();
ROLLBACK;
