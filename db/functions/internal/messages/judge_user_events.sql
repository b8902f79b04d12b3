-- Reads etl.erasures, etl.purges and etl.settings.
CREATE OR REPLACE FUNCTION internal.judge_user_events(
    p_bodies          bytea[],
    p_message_ids     text[],
    p_correlation_ids text[],
    p_reason          text,
    p_headers         bytea[],
    p_redelivered     boolean[]
)
    RETURNS TABLE (
        event_sk bigint, body bytea, message_id text, correlation_id text, headers bytea, is_redelivered boolean,
        original jsonb, content jsonb, received_at timestamptz, token text, reason text
    )
    -- In PL/pgSQL: Citus could not plan the statement that it is part of, if it were inlined.
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $judge_user_events$
DECLARE
    -- All at once, before the work: hardly ever another ingest draws in between.
    v_event_sks CONSTANT bigint[] := ARRAY(
        SELECT nextval('raw.user_events_event_sk_seq') FROM generate_series(1, cardinality(p_bodies))
    );
    v_latest    CONSTANT timestamptz := clock_timestamp() + (SELECT future_tolerance FROM etl.settings);
BEGIN
    RETURN QUERY
    SELECT
        message.event_sk,
        coalesce(message.body, ''),
        message.message_id,
        message.correlation_id,
        message.headers,
        coalesce(message.is_redelivered, false),
        message.original,
        message.content,
        message.received_at,
        CASE
            WHEN EXISTS (SELECT FROM etl.erasures)
                THEN (
                    SELECT erasure.token
                    FROM etl.erasures AS erasure
                    WHERE erasure.token = internal.erasure_token(
                        (SELECT secret FROM etl.erasure_secret),
                        CASE WHEN p_reason IS NULL THEN message.content ->> 'id' ELSE internal.find_erased_id(message.body) END
                    )
                      AND (erasure.readmitted_at <= message.received_at) IS NOT TRUE
                )
        END,
        coalesce(p_reason, message.fault, internal.user_event_fault(
            message.content,
            message.received_at,
            (SELECT internal.retention_start()),
            message.content ->> 'id' LIKE 'erased-%'
                AND EXISTS (SELECT FROM etl.erasures AS erasure WHERE erasure.token = message.content ->> 'id'),
            v_latest
        ))
    FROM internal.parse_user_events(CASE WHEN p_reason IS NULL THEN p_bodies ELSE '{}' END, p_headers) AS parsed
    CROSS JOIN LATERAL unnest(
        v_event_sks, p_bodies, p_message_ids, p_correlation_ids, p_headers, p_redelivered,
        parsed.originals, parsed.contents, parsed.instants, parsed.faults
    ) AS message (
        event_sk, body, message_id, correlation_id, headers, is_redelivered,
        original, content, received_at, fault
    );
END;
$judge_user_events$;

COMMENT ON FUNCTION internal.judge_user_events(bytea[], text[], text[], text, bytea[], boolean[]) IS
    'Returns for each message, numbered by position: its content before and after raw.adapt_user_event, the token of its user if that one was erased, and why it is no user event (null if it is one). With a reason given, that is the reason of all, and none is parsed.';
