-- Reads raw.rejected_user_events; internal.retry_user_events takes out of it what is an event today.
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
    c_batch         CONSTANT integer := 128; -- for speed: any number of messages will do
    v_careful_until bigint;
    v_until         CONSTANT bigint := (SELECT max(event_sk) FROM raw.rejected_user_events);
    v_done          bigint := 0::bigint;
    v_last          bigint;
    v_sks           bigint[];
    v_bodies        bytea[];
    v_ids           text[];
    v_headers       bytea[];
    v_retry         record;
BEGIN
    PERFORM internal.begin_change('ingest');
    received := 0::bigint;
    inserted := 0::bigint;
    duplicates := 0::bigint;

    -- As raw.ingest_user_events does; the other way round crm.erase_user could wait for us, and we for it.
    LOCK TABLE raw.user_events, raw.rejected_user_events IN ROW EXCLUSIVE MODE;

    -- In batches, in the order of arrival.
    LOOP
        SELECT array_agg(event_sk), array_agg(body), array_agg(message_id), array_agg(headers), max(event_sk)
        INTO v_sks, v_bodies, v_ids, v_headers, v_last
        FROM (
            SELECT event_sk, body, message_id, headers
            FROM raw.rejected_user_events
            WHERE event_sk > v_done
              AND event_sk <= v_until
              AND reason <> 'erased'
            ORDER BY event_sk
            LIMIT CASE WHEN v_done < v_careful_until THEN 1 ELSE c_batch END -- for speed: one more by itself changes nothing
            -- Another replay has the others; each message goes through one of them.
            FOR UPDATE SKIP LOCKED -- tested elsewhere: driver/tests/test_concurrent_loads.py
        ) AS reject;

        EXIT WHEN v_last IS NULL;

        BEGIN
            v_retry := internal.retry_user_events(v_sks, v_bodies, v_ids, v_headers);
            inserted := inserted + v_retry.inserted;
            duplicates := duplicates + v_retry.duplicates;
        EXCEPTION
            -- A message on which the database fails stays where it is: those of its batch are tried one by one.
            WHEN OTHERS THEN
                IF cardinality(v_sks) > 1 THEN
                    v_careful_until := v_last;
                    CONTINUE;
                END IF;
                RAISE WARNING 'message % stays in quarantine: %', v_last, SQLERRM;
        END;
        received := received + cardinality(v_sks);
        v_done := v_last;
    END LOOP;

    rejected := received - inserted - duplicates;
END;
$replay_rejected_user_events$;

COMMENT ON FUNCTION raw.replay_rejected_user_events() IS
    'Judges the quarantine by the present rules: moves user events into raw, and returns the outcomes as raw.ingest_user_events does. The days of the events are stale then. A message on which the database fails stays in quarantine, with a warning.';
