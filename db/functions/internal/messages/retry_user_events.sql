-- Reads and writes raw.rejected_user_events; what is an event today goes through raw.ingest_user_events.
CREATE OR REPLACE FUNCTION internal.retry_user_events(
    p_event_sks   bigint[],
    p_bodies      bytea[],
    p_message_ids text[],
    p_headers     bytea[],
    OUT inserted   bigint,
    OUT duplicates bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $retry_user_events$
DECLARE
    v_bodies  bytea[];
    v_ids     text[];
    v_headers bytea[];
BEGIN
    WITH judged AS MATERIALIZED (
        -- What comes back as it was given tells which reject it is.
        SELECT correlation_id::bigint AS event_sk, internal.clean_reason(reason) AS reason
        FROM internal.judge_user_events(p_bodies, p_message_ids, p_event_sks::text[], NULL, p_headers, NULL)
    ),
    good AS (
        DELETE FROM raw.rejected_user_events AS reject
        USING judged
        WHERE reject.event_sk = judged.event_sk
          AND judged.reason IS NULL
        RETURNING reject.event_sk, reject.body, reject.message_id, reject.headers
    ),
    bad AS (
        UPDATE raw.rejected_user_events AS reject
        SET reason = judged.reason
        FROM judged
        WHERE reject.event_sk = judged.event_sk
          AND reject.reason <> judged.reason
    )
    SELECT
        coalesce(array_agg(body ORDER BY event_sk), '{}'),
        array_agg(message_id ORDER BY event_sk),
        array_agg(headers ORDER BY event_sk)
    INTO v_bodies, v_ids, v_headers
    FROM good;

    SELECT ingest.inserted, ingest.duplicates
    INTO inserted, duplicates
    FROM raw.ingest_user_events(v_bodies, v_ids, p_headers => v_headers) AS ingest;
END;
$retry_user_events$;

COMMENT ON FUNCTION internal.retry_user_events(bigint[], bytea[], text[], bytea[]) IS
    'Judges rejected messages by the present rules: moves user events into raw, and gives the others the present reason. Returns the outcomes of the events. Takes rows of raw.rejected_user_events, as an array for each column.';
