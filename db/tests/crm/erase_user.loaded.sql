-- crm.erase_user(): a user whose events are loaded, purged or back again, with what else is known of the user.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(28);

CREATE FUNCTION pg_temp.ingest(VARIADIC p_bodies text[]) RETURNS text LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(array_agg(convert_to(body, 'UTF8')), NULL)::text FROM unnest(p_bodies) AS body
$$;
CREATE FUNCTION pg_temp.event(p_id text, p_at text, p_name text, p_email text) RETURNS text LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'id', p_id, 'event_type', 'User Updated', 'received_at', p_at, 'username', p_name, 'user_email', p_email
    )::text
$$;
CREATE FUNCTION pg_temp.load(VARIADIC p_days date[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE etl.arrivals SET xid = '3'; -- of a transaction that is over
    PERFORM crm.load_users_dim(day), reports.load_user_events_daily(day) FROM unnest(p_days) AS day;
END;
$$;
\ir ../fixtures/locked.sql
CREATE TEMP VIEW reject AS
SELECT convert_from(body, 'UTF8') AS body FROM raw.rejected_user_events WHERE reason <> 'erased';

-- A load waits for it and it for a load; so does ingest.
SAVEPOINT unlocked;
SELECT crm.erase_user('nobody') \g /dev/null
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'no load of the dimension runs meanwhile');
SELECT bag_eq(
    $$
        SELECT relation::regclass::text
        FROM pg_locks
        WHERE pid = pg_backend_pid()
          AND mode = 'ShareRowExclusiveLock'
    $$,
    ARRAY['raw.user_events', 'raw.rejected_user_events'], 'nor does an ingest'
);
ROLLBACK TO unlocked;

-- Days that both loads have seen leave no arrivals: the dimension alone says where the events are.
SELECT pg_temp.ingest(
    pg_temp.event('caroline', '2020-12-05 00:00', 'lina', 'lina@slough.example'),
    pg_temp.event('caroline', '2020-12-05 00:00', 'Lina', 'lina@slough.example'),
    pg_temp.event('caroline', '2020-12-06 23:59:59.999999', 'Lucretia', ' '),
    pg_temp.event('caroline', '2020-12-08 10:00', '', ''),
    pg_temp.event('william', '2020-12-07 10:00', 'William', 'william@slough.example'),
    -- Of nobody in particular.
    '{"username": "", "note": " ", "user_email": null}',
    '{"username": "William"}',
    -- Of her, by a name of which only an event tells, by the last of her names and by her e-mail.
    '{"username": "lina"}', '{"username": "Lucretia"}', '{"note": "to lina@slough.example"}'
) \g /dev/null
SELECT pg_temp.load('2020-12-05', '2020-12-06', '2020-12-07', '2020-12-08') \g /dev/null
SELECT is_empty('TABLE etl.arrivals', 'all is loaded');
SAVEPOINT loaded;

SELECT results_eq(
    $$ SELECT events, rejects, versions FROM crm.erase_user('caroline') $$, 'VALUES (4::bigint, 3::bigint, 3::bigint)',
    'every event is found, also two at one instant'
);
SELECT bag_eq(
    'SELECT user_id, username FROM raw.user_events WHERE username IS NOT NULL', $$ VALUES ('william', 'William') $$,
    'no name is left in raw but that of another user'
);
SELECT is_empty($$ SELECT FROM raw.user_events WHERE user_id = 'caroline' $$, 'and no id');
SELECT bag_eq(
    'TABLE reject', ARRAY['{"username": "", "note": " ", "user_email": null}', '{"username": "William"}'],
    'rejects that mention the user are emptied; a blank name or e-mail is no trace'
);
SELECT is(crm.load_users_dim(day) + reports.load_user_events_daily(day), 0::bigint, format('%s: nothing to write', day))
FROM unnest(ARRAY['2020-12-05', '2020-12-06', '2020-12-07', '2020-12-08']::date[]) AS day;
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');
SELECT crm.erase_user('william') \g /dev/null
SELECT is_empty('TABLE etl.arrivals', 'who is erased for the first time makes no day stale, whoever was erased before');
ROLLBACK TO loaded;

-- The raw events are gone: the dimension has the names.
SELECT raw.drop_before('2020-12-09') \g /dev/null
SELECT results_eq(
    $$ SELECT events, rejects, versions FROM crm.erase_user('caroline') $$, 'VALUES (0::bigint, 2::bigint, 3::bigint)',
    'a user of whom raw has nothing any more'
);
SELECT bag_eq(
    'TABLE reject',
    ARRAY['{"username": "", "note": " ", "user_email": null}', '{"username": "William"}', '{"username": "lina"}'],
    'is known by the names and e-mails of the versions'
);
ROLLBACK TO loaded;

-- What came in under the id since, past the way into raw or in a reject that is no JSON.
SELECT crm.erase_user('caroline') \g /dev/null
UPDATE etl.erasures SET erased_at = now() - interval '1 year';
INSERT INTO raw.user_events (event_key, user_id, event_type, username, received_at)
VALUES (gen_random_uuid(), 'caroline', 'User Updated', 'Lina', '2020-12-09 10:00Z');
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk)
VALUES ('caroline', '2020-12-09 10:00Z', '2020-12-10 10:00Z', false, false, 0);
SELECT pg_temp.ingest('{"id": "caroline", ') \g /dev/null
SELECT results_eq(
    $$ SELECT events, rejects, versions FROM crm.erase_user('caroline') $$, 'VALUES (1::bigint, 1::bigint, 1::bigint)',
    'a second time says what it made anonymous then'
);
SELECT results_eq(
    'SELECT erased_at, events, rejects, versions FROM etl.erasures',
    'VALUES (now(), 5::bigint, 4::bigint, 4::bigint)', 'the record has the sums and the last time'
);

-- A backup of raw was put back, and loaded: the person is there beside the token, at the same instants and later.
ROLLBACK TO loaded;
CREATE TEMP TABLE backup AS SELECT * FROM raw.user_events WHERE user_id = 'caroline';
SELECT pg_temp.ingest(pg_temp.event('caroline', '2020-12-09 10:00', 'Lucretia', '')) \g /dev/null
SELECT pg_temp.load('2020-12-09') \g /dev/null
SELECT crm.erase_user('caroline') \g /dev/null
CREATE TEMP TABLE erased AS
SELECT user_id, valid_from, valid_to, is_deleted, username, user_email FROM crm.users_dim WHERE user_id LIKE 'erased-%';
INSERT INTO raw.user_events (event_sk, event_key, user_id, event_type, username, received_at)
SELECT event_sk, event_key, user_id, event_type, username, received_at FROM backup;
INSERT INTO raw.user_events (event_key, user_id, event_type, username, received_at)
VALUES (gen_random_uuid(), 'caroline', 'User Deleted', 'Lucretia', '2020-12-10 10:00Z');
SELECT pg_temp.load('2020-12-05', '2020-12-06', '2020-12-08', '2020-12-10') \g /dev/null
INSERT INTO etl.arrivals (event_date, xid, event_sks) VALUES ('2020-12-06', pg_current_xact_id(), '{[1,2)}');
SELECT results_eq(
    $$ SELECT events, rejects, versions FROM crm.erase_user('caroline') $$, 'VALUES (5::bigint, 0::bigint, 4::bigint)',
    'who was put back is erased again'
);
SELECT is_empty(
    $$
        SELECT 1 FROM raw.user_events WHERE user_id = 'caroline' OR username IN ('lina', 'Lina', 'Lucretia')
        UNION ALL
        SELECT 1 FROM crm.users_dim WHERE user_id = 'caroline' OR username IN ('lina', 'Lina', 'Lucretia')
    $$,
    'nothing of the person is left'
);
SELECT is(count(*), 6::bigint, 'each event is there once') FROM raw.user_events WHERE user_id LIKE 'erased-%';
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'both histories are one that keeps the rules');
SELECT bag_eq(
    'SELECT event_date FROM etl.arrivals WHERE event_sks IS NULL',
    $$ VALUES (date '2020-12-05'), ('2020-12-06'), ('2020-12-08'), ('2020-12-10') $$,
    'the days that were put back are to be loaded again as a whole'
);
SELECT pg_temp.load('2020-12-05', '2020-12-06', '2020-12-08', '2020-12-09', '2020-12-10') \g /dev/null
SELECT bag_eq(
    $$ SELECT user_id, valid_from, valid_to, is_deleted, username, user_email FROM crm.users_dim WHERE user_id LIKE 'erased-%' $$,
    $$
        SELECT user_id, valid_from, coalesce(valid_to, '2020-12-10 10:00Z'), is_deleted, username, user_email FROM erased
        UNION ALL
        SELECT user_id, timestamptz '2020-12-10 10:00Z', NULL, true, NULL, NULL FROM (SELECT DISTINCT user_id FROM erased) AS token
    $$,
    'and then the history is what it was, and goes on with what was new'
);

-- Who sends the token itself.
SELECT token FROM etl.erasures \gset
SELECT is(
    pg_temp.ingest(pg_temp.event(:'token', '2020-12-08 11:00', 'Somebody', '')), '(1,0,0,1)',
    'an event whose id is a token is refused'
);
SELECT is(reason, 'id: stands for an erased user', 'with the reason') FROM raw.rejected_user_events ORDER BY event_sk DESC LIMIT 1;
SELECT is(
    pg_temp.ingest(pg_temp.event('erased-' || repeat('0', 32), '2020-12-08 11:00', 'Somebody', '')), '(1,1,0,0)',
    'one whose id only looks like a token is not'
);
SELECT is((raw.replay_rejected_user_events()).inserted, 0::bigint, 'also when it is tried again');
SELECT throws_ok(
    format('SELECT crm.erase_user(%L)', :'token'), '22023', 'this is the token of an erased user: there is nothing to erase',
    'a token cannot be erased'
);

SELECT * FROM finish();
ROLLBACK;
