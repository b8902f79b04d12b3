-- Writes raw.user_events and etl.arrivals.
CREATE OR REPLACE FUNCTION internal.erase_user_events(
    p_user_id  text,
    p_token    text,
    p_is_again boolean,
    OUT events bigint,
    OUT names  text[],
    OUT emails text[]
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $erase_user_events$
BEGIN
    -- Raw has no index by user. An event is at an instant that the dimension has, or of a day that it has yet to load;
    -- rows that were put back may be anywhere.
    WITH instant AS (
        SELECT valid_from AS first, valid_from AS last
        FROM crm.users_dim
        WHERE user_id = p_user_id -- for speed: at the instants of others there is none of this user's events
        UNION
        SELECT event_date::timestamptz, (event_date + 1)::timestamptz - interval '1 microsecond'
        FROM etl.arrivals
        UNION
        SELECT '-infinity', 'infinity'
        WHERE p_is_again
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
            event_sk, event_key, user_id, event_type, user_type, organization_name, plan_name, received_at, sequence, ingested_at
        )
        SELECT
            event_sk, internal.erased_key((SELECT secret FROM etl.erasure_secret), event_key), p_token, event_type, user_type, organization_name, plan_name, received_at, sequence, ingested_at
        FROM personal
        -- An event that was put back is there already.
        ON CONFLICT (received_at, user_id, event_key) DO NOTHING
    ),
    changed AS (
        -- Days that the loads count or decide anew, now that two histories became one.
        INSERT INTO etl.arrivals (event_date, xid)
        SELECT DISTINCT event_date, pg_current_xact_id()
        FROM personal
        WHERE p_is_again
          AND received_at >= internal.retention_start()
        ON CONFLICT ON CONSTRAINT arrivals_pk DO UPDATE
        SET event_sks = NULL
    ),
    outdated AS (
        -- The tables of these loads may name the user.
        INSERT INTO internal.outdated_days (load_name, import_date, reason)
        SELECT DISTINCT load_run.load_name, load_run.import_date, 'a user was erased'
        FROM personal
        JOIN etl.load_runs AS load_run ON load_run.import_date = personal.event_date
        JOIN etl.loads AS load ON load.load_name = load_run.load_name
        WHERE 'raw.user_events' = ANY (load.depends_on)
          AND load.load_name NOT IN ('users_dim', 'user_events_daily')
          AND internal.can_load(load, load_run.import_date)
        ON CONFLICT ON CONSTRAINT outdated_days_pk DO NOTHING
    )
    SELECT
        count(*),
        coalesce(array_agg(DISTINCT username) FILTER (WHERE internal.blank_to_null(username) IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT user_email) FILTER (WHERE internal.blank_to_null(user_email) IS NOT NULL), '{}')
    INTO events, names, emails
    FROM personal;
END;
$erase_user_events$;

COMMENT ON FUNCTION internal.erase_user_events(text, text, boolean) IS
    'Replaces the id by a token in raw.user_events, and removes name, e-mail and unknown fields. Returns the number of events, and their names and e-mails. Takes the id, its token, and whether the user was erased before: a backup may have brought rows back.';
