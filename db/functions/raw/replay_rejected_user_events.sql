-- Reads raw.rejected_user_events and writes it; what is an event today goes through raw.ingest_user_events.
-- Rerun: what is still none stays, with today's reason.
CREATE OR REPLACE FUNCTION raw.replay_rejected_user_events(
    OUT received   bigint,
    OUT inserted   bigint,
    OUT duplicates bigint,
    OUT rejected   bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $replay_rejected_user_events$
DECLARE
    c_batch  CONSTANT integer := 100;
    v_batch  integer := c_batch;
    v_until  CONSTANT bigint := (SELECT max(event_sk) FROM raw.rejected_user_events);
    v_done   bigint := 0::bigint;
    v_last   bigint;
    v_tried  bigint;
    v_ingest record;
    v_bodies bytea[];
    v_ids    text[];
BEGIN
    PERFORM internal.begin_change('ingest');
    received := 0::bigint;
    inserted := 0::bigint;
    duplicates := 0::bigint;

    -- As raw.ingest_user_events does; the other way round crm.erase_user could wait for us, and we for it.
    LOCK TABLE raw.user_events, raw.rejected_user_events IN ROW EXCLUSIVE MODE;

    -- In batches, in the order of arrival.
    LOOP
        BEGIN
            WITH tried AS MATERIALIZED (
                SELECT event_sk, body
                FROM raw.rejected_user_events
                WHERE event_sk > v_done
                  AND event_sk <= v_until
                  AND reason <> 'erased'
                ORDER BY event_sk
                LIMIT v_batch
                -- Another replay has the others; each message goes through one of them.
                FOR UPDATE SKIP LOCKED
            ),
            judged AS MATERIALIZED (
                SELECT
                    tried.event_sk,
                    internal.clean_reason(coalesce(parsed.fault, internal.user_event_fault(
                        parsed.content,
                        internal.parse_instant(internal.string_field(parsed.content, 'received_at')),
                        (SELECT internal.retention_start()),
                        EXISTS (SELECT 1 FROM etl.erasures WHERE token = parsed.content ->> 'id')
                    ))) AS reason
                FROM tried
                CROSS JOIN LATERAL internal.parse_json(tried.body) AS parsed
            ),
            good AS (
                DELETE FROM raw.rejected_user_events AS reject
                USING judged
                WHERE reject.event_sk = judged.event_sk
                  AND judged.reason IS NULL
                RETURNING reject.event_sk, reject.body, reject.message_id
            ),
            bad AS (
                UPDATE raw.rejected_user_events AS reject
                SET reason = judged.reason
                FROM judged
                WHERE reject.event_sk = judged.event_sk
                  AND reject.reason <> judged.reason
            )
            SELECT
                (SELECT count(*) FROM judged),
                (SELECT max(event_sk) FROM judged),
                coalesce(array_agg(body ORDER BY event_sk), '{}'),
                array_agg(message_id ORDER BY event_sk)
            INTO v_tried, v_last, v_bodies, v_ids
            FROM good;

            EXIT WHEN v_tried = 0;

            SELECT ingest.inserted, ingest.duplicates
            INTO v_ingest
            FROM raw.ingest_user_events(v_bodies, v_ids) AS ingest;

            inserted := inserted + v_ingest.inserted;
            duplicates := duplicates + v_ingest.duplicates;
        EXCEPTION
            -- A message on which the database fails stays where it is, and the others are tried without it.
            WHEN OTHERS THEN
                IF v_batch > 1 THEN
                    v_batch := v_batch / 2;
                    CONTINUE;
                END IF;
                RAISE WARNING 'message % stays in quarantine: %', v_last, SQLERRM;
                v_batch := c_batch;
        END;
        received := received + v_tried;
        v_done := v_last;
    END LOOP;

    rejected := received - inserted - duplicates;
END;
$replay_rejected_user_events$;

COMMENT ON FUNCTION raw.replay_rejected_user_events() IS
    'Tries the quarantine under today''s rules: takes what is a user event into raw and out of quarantine; returns what became of all, as raw.ingest_user_events does. Loads see the events when their days are loaded again. A message on which the database fails stays in quarantine, with a warning.';
