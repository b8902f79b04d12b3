-- raw.replay_rejected_user_events(): what passes today's rules leaves quarantine for raw.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(14);

CREATE FUNCTION pg_temp.event(p_id text, p_at text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(
        jsonb_build_object('id', p_id, 'event_type', 'User Created', 'received_at', p_at)::text, 'UTF8')
$$;

SELECT is(raw.replay_rejected_user_events()::text, '(0,0,0,0)', 'an empty quarantine is no error');

-- As left by stricter rules: events that are good today, more of them than one batch holds, and not in their order.
INSERT INTO raw.rejected_user_events (event_sk, reject_key, message_id, body, reason, rejected_at)
SELECT
    1000000 + number, gen_random_uuid(), 'id ' || number,
    pg_temp.event('user', to_char(timestamp '2020-12-08' + number * interval '1 second', 'YYYY-MM-DD HH24:MI:SS')),
    'id: too short for us then', '2020-12-08 00:00Z'
FROM generate_series(1, 1200) AS number
ORDER BY md5(number::text);

SELECT raw.ingest_user_events(
    ARRAY['\xff', pg_temp.event('user', '2020-12-08 00:00:07'), pg_temp.event('user', 'now')],
    ARRAY[NULL, 'id 7', 'id bad']
);
UPDATE raw.rejected_user_events
SET reason = 'as it was', rejected_at = '2020-12-08 00:00Z'
WHERE message_id = 'id bad';

SELECT is(
    raw.replay_rejected_user_events()::text, '(1202,1199,1,2)',
    'all are tried; one has come by itself since; two are still no events'
);
SELECT is(count(*), 1200::bigint, 'raw has each event once')
FROM raw.user_events;
SELECT is(
    array_agg(received_at ORDER BY event_sk) FILTER (WHERE received_at <> '2020-12-08 00:00:07Z'),
    array_agg(received_at ORDER BY received_at) FILTER (WHERE received_at <> '2020-12-08 00:00:07Z'),
    'they arrive in the order in which they had arrived'
)
FROM raw.user_events;
SELECT results_eq(
    'SELECT message_id, reason, rejected_at < now() FROM raw.rejected_user_events ORDER BY event_sk',
    $$ VALUES
        (NULL, 'body: not UTF-8: invalid byte sequence for encoding "UTF8": 0xff', false),
        ('id bad', 'received_at: no ISO 8601 date and time: "now"', true)
    $$,
    'the others stay, with today''s reason and the time of their rejection'
);
SELECT results_eq(
    'SELECT DISTINCT load_name, import_date FROM etl.stale_dates ORDER BY load_name',
    $$ VALUES ('user_events_daily', date '2020-12-08'), ('users_dim', '2020-12-08') $$,
    'their day has to be loaded'
);

CREATE TEMP TABLE before AS SELECT ctid AS place, xmin AS writer, event_sk FROM raw.rejected_user_events;
SELECT is(raw.replay_rejected_user_events()::text, '(2,0,0,2)', 'again, nothing is new');
SELECT bag_eq(
    'SELECT ctid AS place, xmin AS writer, event_sk FROM raw.rejected_user_events', 'TABLE before', 'and nothing is written'
);

SELECT is(
    raw.ingest_user_events(ARRAY[pg_temp.event('user', '2020-12-08 00:00:01')], ARRAY['id 1'])::text, '(1,0,1,0)',
    'a replayed message that is delivered again is a duplicate'
);
SELECT is(
    raw.ingest_user_events(ARRAY['\xff'::bytea], NULL)::text, '(1,0,1,0)',
    'so is one that is still in quarantine'
);
SELECT is(count(*), 2::bigint, 'which has it once')
FROM raw.rejected_user_events;

-- An event from the future, until its time has come.
DELETE FROM raw.rejected_user_events;
UPDATE etl.settings SET future_tolerance = '1 hour';
SELECT raw.ingest_user_events(ARRAY[convert_to(jsonb_build_object(
    'id', 'early', 'event_type', 'User Created', 'received_at', clock_timestamp() + interval '1 hour 1 s'
)::text, 'UTF8')], NULL) \g /dev/null
SELECT is((raw.replay_rejected_user_events()).rejected, 1::bigint, 'an event from the future stays');
SAVEPOINT early;
UPDATE etl.settings SET future_tolerance = '2 hours';
SELECT is((raw.replay_rejected_user_events()).inserted, 1::bigint, 'is taken where more is tolerated');
ROLLBACK TO early;
SELECT pg_sleep(1.1) \g /dev/null
SELECT is((raw.replay_rejected_user_events()).inserted, 1::bigint, 'or when its time has come');

SELECT * FROM finish();
ROLLBACK;
