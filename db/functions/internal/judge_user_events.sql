-- Reads etl.erasures and etl.purges.
CREATE OR REPLACE FUNCTION internal.judge_user_events(
    p_bodies          bytea[],
    p_message_ids     text[],
    p_correlation_ids text[],
    p_reason          text
)
    RETURNS TABLE (
        event_sk bigint, body bytea, message_id text, correlation_id text,
        content jsonb, received_at timestamptz, token text, reason text
    )
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $judge_user_events$
DECLARE
    v_parsed record;
BEGIN
    IF p_reason IS NULL THEN
        v_parsed := internal.parse_user_events(p_bodies);
    ELSE
        SELECT NULL::jsonb[] AS contents, NULL::timestamptz[] AS instants,
            array_fill(p_reason, ARRAY[cardinality(p_bodies)]) AS faults
        INTO v_parsed;
    END IF;

    RETURN QUERY
    -- Numbered first: a join may change the order.
    WITH message AS MATERIALIZED (
        SELECT nextval('raw.user_events_event_sk_seq') AS event_sk, given.*
        FROM unnest(
            p_bodies, p_message_ids, p_correlation_ids, v_parsed.contents, v_parsed.instants, v_parsed.faults
        ) AS given (body, message_id, correlation_id, content, received_at, fault)
    )
    SELECT
        message.event_sk,
        coalesce(message.body, ''),
        message.message_id,
        message.correlation_id,
        message.content,
        message.received_at,
        erasure.token,
        coalesce(message.fault, internal.user_event_fault(
            message.content, message.received_at, (SELECT internal.retention_start()), taken.token IS NOT NULL
        ))
    FROM message
    LEFT JOIN etl.erasures AS erasure ON erasure.token = CASE
        WHEN EXISTS (SELECT FROM etl.erasures)
            THEN internal.erasure_token((SELECT secret FROM etl.erasure_secret), message.content ->> 'id')
    END
    LEFT JOIN etl.erasures AS taken ON taken.token = message.content ->> 'id';
END;
$judge_user_events$;

COMMENT ON FUNCTION internal.judge_user_events(bytea[], text[], text[], text) IS
    'What raw.ingest_user_events has to know of each message, which it numbers as they came: its content, the token of its user if that one was erased, and the reason why it is no user event, null when it is one. With a reason given, that is the reason of all.';
