-- crm.erase_user(): a user whose events are loaded, purged or back again, with what else is known of the user.
BEGIN;
SELECT plan(16);

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
CREATE FUNCTION pg_temp.locks() RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(format('%s.%s', classid, objid) ORDER BY classid, objid), '{}')
    FROM pg_locks
    WHERE locktype = 'advisory'
      AND objsubid = 1
      AND pid = pg_backend_pid()
$$;
CREATE TEMP VIEW reject AS
SELECT convert_from(body, 'UTF8') AS body FROM raw.rejected_user_events WHERE reason <> 'erased';

-- A load waits for it and it for a load; so does ingest.
SAVEPOINT unlocked;
SELECT etl.lock_load('users_dim') \g /dev/null
SELECT pg_temp.locks() AS locks_of_load \gset
ROLLBACK TO unlocked;
SELECT crm.erase_user('nobody') \g /dev/null
SELECT is(pg_temp.locks(), :'locks_of_load', 'no load of the dimension runs meanwhile');
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
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_deleted, event_sk)
VALUES ('caroline', '2020-12-09 10:00Z', '2020-12-10 10:00Z', false, 0);
SELECT pg_temp.ingest('{"id": "caroline", ') \g /dev/null
SELECT results_eq(
    $$ SELECT events, rejects, versions FROM crm.erase_user('caroline') $$, 'VALUES (1::bigint, 1::bigint, 1::bigint)',
    'a second time says what it made anonymous then'
);
SELECT results_eq(
    'SELECT erased_at, events, rejects, versions FROM etl.erasures',
    'VALUES (now(), 5::bigint, 4::bigint, 4::bigint)', 'the record has the sums and the last time'
);

SELECT * FROM finish();
ROLLBACK;
