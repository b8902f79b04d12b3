-- One statement, in steps, hence its length: what came is read once, and each step takes what the one before it returns.
-- Writes raw.user_events, raw.rejected_user_events, etl.arrivals and etl.ingests.
-- Rerun: the same messages add no row to raw or quarantine and are counted as duplicates.
-- Arguments: the headers are the field table of AMQP 0-9-1 without its length; raw.adapt_user_event turns content and headers into an
-- event. Given a reason, all messages go to quarantine for it and none is parsed: for messages on which the database failed.
-- An event with the message id and the content of an earlier one is a duplicate. Bodies of more than 256 KiB, values nested deeper than
-- 64 levels and numbers of more than 400 digits are quarantined. Events of an erased user stay anonymous (crm.erase_user).
-- Needs READ COMMITTED; its commit is durable whatever synchronous_commit says.
CREATE OR REPLACE FUNCTION raw.ingest_user_events(
    p_bodies          bytea[],
    p_message_ids     text[],
    p_correlation_ids text[]    DEFAULT NULL,
    p_reason          text      DEFAULT NULL,
    p_headers         bytea[]   DEFAULT NULL,
    p_redelivered     boolean[] DEFAULT NULL,
    OUT received   bigint,
    OUT inserted   bigint,
    OUT duplicates bigint,
    OUT rejected   bigint
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $ingest_user_events$
BEGIN
    PERFORM internal.begin_change('ingest');

    IF p_bodies IS NULL
        OR cardinality(p_message_ids) <> cardinality(p_bodies)
        OR cardinality(p_correlation_ids) <> cardinality(p_bodies)
        OR cardinality(p_headers) <> cardinality(p_bodies)
        OR cardinality(p_redelivered) <> cardinality(p_bodies)
    THEN
        RAISE EXCEPTION 'p_bodies must not be null, and the other arrays must have its length'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass an array of bodies, and each other array with the same length or null.';
    END IF;

    WITH judged AS MATERIALIZED (
        SELECT event_sk, body, message_id, correlation_id, headers, is_redelivered, original, content, received_at, token, reason
        FROM internal.judge_user_events(p_bodies, p_message_ids, p_correlation_ids, p_reason, p_headers, p_redelivered)
    ),
    number AS (
        SELECT
            CASE
                -- tested elsewhere: driver/tests/test_ingest.py; mostly no other ingest drew numbers in between
                WHEN max(event_sk) - min(event_sk) = count(*) - 1
                    THEN int8multirange(int8range(min(event_sk), max(event_sk), '[]'))
                ELSE (SELECT range_agg(int8range(event_sk, event_sk, '[]')) FROM judged)
            END AS event_sks
        FROM judged
    ),
    event AS (
        INSERT INTO raw.user_events (
            event_sk, event_key, user_id, event_type, username, user_email, user_type,
            organization_name, plan_name, received_at, sequence, extra
        )
        SELECT
            event_sk,
            CASE
                WHEN token IS NULL THEN internal.event_key(message_id, original, content)
                ELSE internal.erased_key((SELECT secret FROM etl.erasure_secret), internal.event_key(message_id, original, content))
            END AS event_key,
            coalesce(token, content ->> 'id'),
            content ->> 'event_type',
            CASE WHEN token IS NULL THEN content ->> 'username' END,
            CASE WHEN token IS NULL THEN content ->> 'user_email' END,
            content ->> 'user_type',
            content ->> 'organization_name',
            content ->> 'plan_name',
            received_at,
            internal.parse_sequence(content),
            CASE WHEN token IS NULL THEN nullif(content - ARRAY[
                'id', 'event_type', 'username', 'user_email', 'user_type',
                'organization_name', 'plan_name', 'received_at', 'sequence'
            ], '{}') END
        FROM judged
        WHERE reason IS NULL
        -- In the order of the key, so that two ingests of the same events wait for each other instead of deadlocking.
        -- tested elsewhere: driver/tests/test_ingest.py
        ORDER BY received_at, coalesce(token, content ->> 'id') COLLATE "C", event_key
        ON CONFLICT (received_at, user_id, event_key) DO NOTHING
        RETURNING event_sk, event_date, event_type
    ),
    reject AS (
        INSERT INTO raw.rejected_user_events (event_sk, reject_key, message_id, body, headers, reason)
        SELECT
            event_sk,
            internal.reject_key(message_id, body, headers) AS reject_key,
            CASE WHEN token IS NULL THEN message_id END,
            -- Of one that is too large to be parsed, as much as shows that: it is judged so again.
            CASE WHEN token IS NULL THEN substr(body, 1, internal.largest_body() + 1) ELSE '' END,
            CASE WHEN token IS NULL THEN headers END,
            CASE WHEN token IS NULL THEN internal.clean_reason(reason) ELSE 'erased' END
        FROM judged
        WHERE reason IS NOT NULL
        ORDER BY reject_key -- tested elsewhere: driver/tests/test_ingest.py
        ON CONFLICT (reject_key) DO NOTHING
        RETURNING event_sk
    ),
    arrival AS (
        INSERT INTO etl.arrivals AS before (event_date, xid, event_sks, n_events)
        SELECT
            event_date,
            pg_current_xact_id(),
            (SELECT event_sks FROM number), -- of all messages, also of other days
            count(*)
        FROM event
        GROUP BY event_date
        ON CONFLICT ON CONSTRAINT arrivals_pk DO UPDATE
        SET event_sks = before.event_sks + EXCLUDED.event_sks,
            n_events = before.n_events + EXCLUDED.n_events
    ),
    outcome AS (
        SELECT
            import.import_id,
            int8range(import.position, import.position, '[]') AS position,
            event.event_sk AS event_sk,
            reject.event_sk AS reject_sk,
            judged.is_redelivered
        FROM judged
        LEFT JOIN event USING (event_sk)
        LEFT JOIN reject USING (event_sk)
        CROSS JOIN LATERAL internal.parse_correlation_id(judged.correlation_id) AS import
    ),
    ingest AS (
        INSERT INTO etl.ingests (import_id, positions, event_sks, received, inserted, duplicates, rejected, redelivered)
        SELECT
            import_id,
            range_agg(position) FILTER (WHERE import_id IS NOT NULL),
            range_agg(int8range(coalesce(event_sk, reject_sk), coalesce(event_sk, reject_sk), '[]'))
                FILTER (WHERE import_id IS NOT NULL AND coalesce(event_sk, reject_sk) IS NOT NULL),
            count(*),
            count(event_sk),
            count(*) - count(event_sk) - count(reject_sk),
            count(reject_sk),
            count(*) FILTER (WHERE is_redelivered AND event_sk IS NULL AND reject_sk IS NULL)
        FROM outcome
        GROUP BY import_id
        RETURNING ingests.received, ingests.inserted, ingests.duplicates, ingests.rejected
    )
    SELECT
        coalesce(sum(ingest.received), 0)::bigint, coalesce(sum(ingest.inserted), 0)::bigint,
        coalesce(sum(ingest.duplicates), 0)::bigint, coalesce(sum(ingest.rejected), 0)::bigint
    INTO received, inserted, duplicates, rejected
    FROM ingest;
END;
$ingest_user_events$;

COMMENT ON FUNCTION raw.ingest_user_events(bytea[], text[], text[], text, bytea[], boolean[]) IS
    'Ingests messages, as the only way into raw: parses, adapts, judges, deduplicates or quarantines them, and returns the outcomes. Takes bodies, message ids, correlation ids, a reason, headers, and whether they were redelivered. A bad message is no error. The commit is durable.';
