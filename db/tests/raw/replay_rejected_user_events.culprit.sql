-- raw.replay_rejected_user_events(): a message on which the database fails stays, the others go.
BEGIN;
SELECT plan(4);

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

SELECT * FROM finish();
ROLLBACK;
