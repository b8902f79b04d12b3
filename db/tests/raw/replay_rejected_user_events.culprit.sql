-- raw.replay_rejected_user_events(): a message on which the database fails stays, the others go.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(7);

ALTER TABLE raw.user_events ADD CONSTRAINT scratch_ck CHECK (username <> 'marked');
CREATE FUNCTION pg_temp.body(p_number bigint) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(jsonb_build_object(
        'id', p_number, 'event_type', 'User Created', 'received_at', '2020-12-08 10:00',
        'username', CASE WHEN p_number IN (3, 150, 151) THEN 'marked' END
    )::text, 'UTF8')
$$;

SELECT is(
    raw.ingest_user_events(
        array_agg(replace(convert_from(pg_temp.body(number), 'UTF8'), number::text || ',', '"' || number || '",')::bytea),
        NULL, NULL, 'as of old'
    )::text,
    '(200,0,0,200)', 'with a reason all messages go to quarantine, whatever they are'
)
FROM generate_series(1::bigint, 200) AS number;
SELECT bag_eq('SELECT DISTINCT reason FROM raw.rejected_user_events', ARRAY['as of old'], 'with that reason');
SET LOCAL client_min_messages = error;
SELECT is(raw.replay_rejected_user_events()::text, '(200,197,0,3)', 'all others pass');
SELECT is(
    array_agg((convert_from(body, 'UTF8')::jsonb ->> 'username') || ' ' || reason),
    ARRAY['marked as of old', 'marked as of old', 'marked as of old'], 'they stay as they are'
)
FROM raw.rejected_user_events;

-- Also one that cannot even be taken out of quarantine, or get another reason there.
CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE data_exception; END $$;
CREATE TRIGGER fail BEFORE DELETE OR UPDATE ON raw.rejected_user_events FOR EACH ROW
WHEN (OLD.reason = 'stuck') EXECUTE FUNCTION pg_temp.fail();
DELETE FROM raw.rejected_user_events;
SELECT raw.ingest_user_events(ARRAY[convert_to('{"id": 1}', 'UTF8')], NULL, NULL, 'stuck') \g /dev/null
SELECT raw.ingest_user_events(ARRAY[convert_to('{"id": 2.5}', 'UTF8')], NULL, NULL, 'as of old') \g /dev/null
SET LOCAL statement_timeout = '10s';
SELECT is(raw.replay_rejected_user_events()::text, '(2,0,0,2)', 'a failure in quarantine itself ends as well');
SELECT results_eq(
    'SELECT reason FROM raw.rejected_user_events ORDER BY event_sk',
    ARRAY['stuck', 'id: must be a string or a whole number, is 2.5'], 'and the next one is tried'
);
DROP TRIGGER fail ON raw.rejected_user_events;
DELETE FROM raw.rejected_user_events;

CREATE FUNCTION pg_temp.arrive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason)
    VALUES (OLD.event_sk + 1000, gen_random_uuid(), '', 'new');
    RETURN OLD;
END;
$$;
CREATE TRIGGER arrive BEFORE DELETE ON raw.rejected_user_events FOR EACH ROW EXECUTE FUNCTION pg_temp.arrive();
SELECT raw.ingest_user_events(
    ARRAY[convert_to('{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', 'UTF8')], NULL, NULL, 'as of old'
) \g /dev/null
SELECT is(raw.replay_rejected_user_events()::text, '(1,1,0,0)', 'what arrives meanwhile is left for the next time');

SELECT * FROM finish();
ROLLBACK;
