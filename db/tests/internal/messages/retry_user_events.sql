-- internal.retry_user_events(): of the rejects that it is given, events go to raw and the others get today's reason.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(5);

CREATE FUNCTION pg_temp.event(p_id text) RETURNS bytea LANGUAGE sql
    RETURN format('{"id": "%s", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', p_id)::bytea;
CREATE FUNCTION pg_temp.retry(VARIADIC p_event_sks bigint[]) RETURNS text LANGUAGE sql AS $$
    SELECT internal.retry_user_events(array_agg(event_sk), array_agg(body), array_agg(message_id), array_agg(headers))::text
    FROM raw.rejected_user_events
    WHERE event_sk = ANY (p_event_sks)
$$;

-- An event that is in raw already, three that are not, two that are none, and one that is not tried.
SELECT raw.ingest_user_events(ARRAY[pg_temp.event('a')], ARRAY['id a']) \g /dev/null
INSERT INTO raw.rejected_user_events (event_sk, reject_key, message_id, body, reason) VALUES
    (1001, gen_random_uuid(), 'id a', pg_temp.event('a'),    'as of old'),
    (1002, gen_random_uuid(), NULL,   pg_temp.event('b'),    'as of old'),
    (1003, gen_random_uuid(), 'id c', pg_temp.event('c'),    'as of old'),
    (1004, gen_random_uuid(), NULL,   pg_temp.event('d'),    'as of old'),
    (1005, gen_random_uuid(), NULL,   pg_temp.event(' '),    'as of old'),
    (1006, gen_random_uuid(), NULL,   convert_to(E'{"id": "f", "event_type": "\u200e"}', 'UTF8'), 'as of old'),
    (1007, gen_random_uuid(), 'id e', pg_temp.event('e'),    'as of old');

SELECT is(pg_temp.retry(1001, 1002, 1003, 1004, 1005, 1006), '(3,1)', 'returns how many events were new, and how many known');
SELECT results_eq(
    'SELECT user_id COLLATE "default" FROM raw.user_events ORDER BY event_sk', ARRAY['a', 'b', 'c', 'd'],
    'they arrive in their order'
);
SELECT results_eq(
    'SELECT event_sk, reason FROM raw.rejected_user_events ORDER BY event_sk',
    format($$ VALUES
        (1005::bigint, 'id: blank'),
        (1006, E'event_type: unknown: "\uFFFD", must be %s'),
        (1007, 'as of old')
    $$, :'types'),
    'the others stay with today''s reason, as it can be shown'
);

CREATE TEMP TABLE before AS SELECT ctid AS place, xmin AS writer, event_sk FROM raw.rejected_user_events;
SELECT is(pg_temp.retry(1005, 1006), '(0,0)', 'again, nothing is new');
SELECT bag_eq(
    'SELECT ctid AS place, xmin AS writer, event_sk FROM raw.rejected_user_events', 'TABLE before', 'and nothing is written'
);

SELECT * FROM finish();
ROLLBACK;
