-- Writes raw.user_events, raw.rejected_user_events, crm.users_dim, etl.arrivals and etl.erasures.
-- Rerun: finds what came in under the user_id since; nothing, as raw.ingest_user_events knows the token, unless somebody
-- put rows of a backup back.
CREATE OR REPLACE FUNCTION crm.erase_user(
    p_user_id text,
    OUT token    text,
    OUT events   bigint,
    OUT rejects  bigint,
    OUT versions bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
AS $erase_user$
DECLARE
    v_is_again boolean;
    v_names    text[];
    v_emails   text[];
BEGIN
    PERFORM internal.begin_change('crm.erase_user');

    IF p_user_id IS NULL OR p_user_id = '' THEN
        RAISE EXCEPTION 'user_id must not be %', CASE WHEN p_user_id IS NULL THEN 'null' ELSE 'empty' END
            USING ERRCODE = CASE WHEN p_user_id IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the id of the user as it is in raw.user_events.';
    END IF;

    IF EXISTS (SELECT 1 FROM etl.erasures AS erasure WHERE erasure.token = p_user_id) THEN
        RAISE EXCEPTION 'this is the token of an erased user: there is nothing to erase'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass the id of the user as it is in raw.user_events.';
    END IF;

    token := internal.erasure_token((SELECT secret FROM etl.erasure_secret), p_user_id);

    -- A load or an ingest that runs now has the user in hand: wait for it, and let the next one wait for us.
    PERFORM internal.lock_load('users_dim');
    LOCK TABLE raw.user_events, raw.rejected_user_events IN SHARE ROW EXCLUSIVE MODE;

    v_is_again := EXISTS (SELECT 1 FROM etl.erasures AS erasure WHERE erasure.token = erase_user.token);

    -- Raw has no index by user. An event is at an instant that the dimension has, or of a day that it has yet to load;
    -- rows that were put back may be anywhere.
    WITH instant AS (
        SELECT valid_from AS first, valid_from AS last
        FROM crm.users_dim
        WHERE user_id = p_user_id
        UNION
        SELECT event_date::timestamptz, (event_date + 1)::timestamptz - interval '1 microsecond'
        FROM etl.arrivals
        UNION
        SELECT '-infinity', 'infinity'
        WHERE v_is_again
    ),
    personal AS (
        DELETE FROM raw.user_events AS event
        USING instant
        WHERE event.user_id = p_user_id
          AND event.received_at BETWEEN instant.first AND instant.last
        RETURNING event.*
    ),
    anonymous AS (
        INSERT INTO raw.user_events (
            event_sk, event_key, user_id, event_type, user_type, organization_name, plan_name, received_at, ingested_at
        )
        SELECT event_sk, event_key, erase_user.token, event_type, user_type, organization_name, plan_name, received_at, ingested_at
        FROM personal
        -- An event that was put back is there already.
        ON CONFLICT (received_at, user_id, event_key) DO NOTHING
    ),
    changed AS (
        -- Days that the loads count or decide anew, now that two histories became one.
        INSERT INTO etl.arrivals (event_date, xid)
        SELECT DISTINCT event_date, pg_current_xact_id()
        FROM personal
        WHERE v_is_again
          AND received_at >= internal.retention_start()
        ON CONFLICT ON CONSTRAINT arrivals_pk DO UPDATE
        SET event_sks = NULL
    )
    SELECT
        count(*),
        coalesce(array_agg(DISTINCT username) FILTER (WHERE internal.blank_to_null(username) IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT user_email) FILTER (WHERE internal.blank_to_null(user_email) IS NOT NULL), '{}')
    INTO events, v_names, v_emails
    FROM personal;

    -- The person's versions take their places in the history of the token, which has some if the user was erased before.
    WITH version AS (
        DELETE FROM crm.users_dim
        WHERE user_id IN (p_user_id, erase_user.token)
        RETURNING *
    ),
    merged AS (
        INSERT INTO crm.users_dim (
            user_id, valid_from, valid_to, is_deleted, user_type, organization_name, plan_name, event_sk
        )
        SELECT
            erase_user.token, valid_from, lead(valid_from) OVER (ORDER BY valid_from),
            is_deleted, user_type, organization_name, plan_name, event_sk
        FROM (
            SELECT DISTINCT ON (valid_from) version.*
            FROM version
            ORDER BY valid_from, is_deleted DESC, event_sk DESC
        ) AS winner
    )
    SELECT
        count(*) FILTER (WHERE user_id = p_user_id),
        v_names || coalesce(array_agg(DISTINCT username) FILTER (WHERE username IS NOT NULL), '{}'),
        v_emails || coalesce(array_agg(DISTINCT user_email) FILTER (WHERE user_email IS NOT NULL), '{}')
    INTO versions, v_names, v_emails
    FROM version;

    -- The key stays: the same message delivered again is a duplicate.
    UPDATE raw.rejected_user_events
    SET body = '', message_id = NULL, reason = 'erased'
    WHERE internal.mentions_user(body, p_user_id, v_emails, v_names);

    GET DIAGNOSTICS rejects = ROW_COUNT;

    INSERT INTO etl.erasures AS erasure (token, events, rejects, versions)
    VALUES (erase_user.token, erase_user.events, erase_user.rejects, erase_user.versions)
    ON CONFLICT ON CONSTRAINT erasures_pk DO UPDATE
    SET erased_at = EXCLUDED.erased_at,
        events = erasure.events + EXCLUDED.events,
        rejects = erasure.rejects + EXCLUDED.rejects,
        versions = erasure.versions + EXCLUDED.versions;
END;
$erase_user$;

COMMENT ON FUNCTION crm.erase_user(text) IS
    'Makes a user anonymous: name and e-mail vanish from raw, quarantine and every version, one token replaces the user_id everywhere; returns the token and the rows changed. What comes of the user later, also again, is stored under the token without name and e-mail. Loads of the dimension and ingest wait until it is done.';
