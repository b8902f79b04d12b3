-- crm.readmit_user(): an erased user comes back; what was before stays anonymous.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(12);

CREATE FUNCTION pg_temp.ingest(VARIADIC p_instants text[]) RETURNS text LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(array_agg(convert_to(
        jsonb_build_object('id', 'anna', 'event_type', 'User Updated', 'received_at', instant, 'username', 'Anna')::text, 'UTF8'
    )), NULL)::text
    FROM unnest(p_instants) AS instant
$$;
CREATE TEMP VIEW known AS
SELECT received_at, user_id = 'anna' AS is_known, username FROM raw.user_events;

SELECT pg_temp.ingest('2020-12-05 10:00') \g /dev/null
SELECT throws_ok(
    $$ SELECT crm.readmit_user('anna', '2020-12-08') $$, '22023', 'there is no erased user with this id', 'nobody was erased'
);
SELECT crm.erase_user('anna') \g /dev/null
SELECT throws_ok($$ SELECT crm.readmit_user('anna', NULL) $$, '22004', 'the instant must not be null', 'since when?');
SELECT crm.readmit_user('anna', '2020-12-08 00:00Z') \g /dev/null

SELECT is(
    pg_temp.ingest('2020-12-05 10:00', '2020-12-07 23:59:59.999999', '2020-12-08 00:00'), '(3,2,1,0)', 'an old message is still a duplicate'
);
SELECT results_eq('TABLE known ORDER BY received_at', $$ VALUES
    (timestamptz '2020-12-05 10:00Z', false, NULL), ('2020-12-07 23:59:59.999999Z', false, NULL), ('2020-12-08 00:00Z', true, 'Anna')
$$, 'known from the instant on, and no earlier');
SELECT is(pg_temp.ingest('never'), '(1,0,0,1)', 'what has no instant is rejected');
SELECT is(body, '', 'and nothing of it is kept') FROM raw.rejected_user_events;
SELECT is(
    raw.ingest_user_events(ARRAY[convert_to('{"id": "anna", "event_type": "User Updated", "received_at": "2020-12-06 10:00"}', 'UTF8')], NULL, NULL, 'fails')::text,
    '(1,0,0,1)', 'one on which the database failed'
);
SELECT is(count(*), 2::bigint, 'is of nobody either') FROM raw.rejected_user_events WHERE body = '' AND reason = 'erased';

SELECT is(events, 1::bigint, 'the user may be erased again') FROM crm.erase_user('anna');
SELECT is_empty('SELECT FROM known WHERE is_known OR username IS NOT NULL', 'with what came meanwhile');
SELECT is(pg_temp.ingest('2020-12-09 10:00'), '(1,1,0,0)', 'what comes later is taken');
SELECT is_empty('SELECT FROM known WHERE is_known', 'and is anonymous as well');

SELECT * FROM finish();
ROLLBACK;
