-- Reads raw.user_events, crm.users_dim and internal.users_dim_arrived, writes internal.users_dim_stage.
-- Called by crm.load_users_dim only: all its other steps see the day as it is staged here, whatever arrives meanwhile.
CREATE OR REPLACE FUNCTION internal.stage_users_dim_day(
    p_from     timestamptz,
    p_to       timestamptz,
    p_is_whole boolean,
    OUT n_versions bigint,
    OUT n_late     bigint,
    OUT n_reopened bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- A day costs what its users have: their open versions are looked up by index. The planner would rather read all of them.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $stage_users_dim_day$
BEGIN
    INSERT INTO internal.users_dim_stage (
        user_id, valid_from, valid_to, first_from, is_first, is_last, is_late, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes,
        open_place, open_from, open_is_deleted, open_username, open_user_email, open_user_type,
        open_organization_name, open_plan_name, open_event_sk, open_attributes
    )
    SELECT
        event.user_id,
        event.received_at,
        event.next_received_at,
        event.first_received_at,
        event.received_at = event.first_received_at,
        event.next_received_at IS NULL,
        coalesce(open.valid_from >= CASE WHEN p_is_whole THEN p_from ELSE event.first_received_at END, false),
        event.is_deleted,
        event.username, event.user_email, event.user_type,
        event.organization_name, event.plan_name, event.event_sk, event.attributes,
        open.ctid, open.valid_from, open.is_deleted, open.username, open.user_email, open.user_type,
        open.organization_name, open.plan_name, open.event_sk, open.attributes
    FROM (
        -- Of several events at one instant: Deleted over Updated over Created, then the last to arrive.
        SELECT
            state.*,
            first_value(received_at) OVER user_day AS first_received_at,
            lead(received_at) OVER user_day AS next_received_at
        FROM (
            SELECT *
            FROM internal.user_states
            WHERE p_is_whole
              AND received_at >= p_from
              AND received_at < p_to
            UNION ALL -- for speed: one of both finds nothing
            SELECT state.*
            FROM internal.users_dim_arrived
            JOIN internal.user_states AS state USING (user_id, received_at) -- equivalent: what has no event is left out below
            WHERE NOT p_is_whole -- for speed: nothing arrived then
        ) AS state
        -- The stage comes in this order, and from there what is looked for and inserted: the steps do not sort it again.
        WINDOW user_day AS (
            PARTITION BY user_id
            ORDER BY received_at, strength, event_sk
        )
    ) AS event
    LEFT JOIN crm.users_dim_open AS open USING (user_id)
    WHERE event.next_received_at IS DISTINCT FROM event.received_at;

    SELECT
        count(*),
        count(*) FILTER (WHERE is_late),
        count(*) FILTER (WHERE is_last AND NOT is_late AND open_from IS NOT NULL)
    INTO n_versions, n_late, n_reopened
    FROM internal.users_dim_stage;
END;
$stage_users_dim_day$;

COMMENT ON FUNCTION internal.stage_users_dim_day(timestamptz, timestamptz, boolean) IS
    'Puts the versions that begin on a UTC day, from its beginning to the next one''s, into internal.users_dim_stage, each beside the user''s open version: all of them, or those at the instants in internal.users_dim_arrived. Returns how many they are, how many of them are of late users, who have versions on or after the day, and of how many others the open version has to be rewritten.';
