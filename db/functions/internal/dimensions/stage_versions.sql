-- Reads raw.user_events, crm.users_dim and internal.users_dim_arrived, writes internal.users_dim_stage.
-- Called by crm.load_users_dim only: all its other steps see the day as it is staged here, whatever arrives meanwhile.
-- p_mode is new (the day was never loaded), whole (it is to be compared) or arrived. Unless it is new, staged versions that the dimension
-- already has are marked. Out of order are versions of users who have versions on or after the day.
CREATE OR REPLACE FUNCTION internal.stage_versions(
    p_from timestamptz,
    p_to   timestamptz,
    p_mode text,
    OUT n_versions     bigint,
    OUT n_out_of_order bigint,
    OUT n_reopened     bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- A day costs what its users have: their open versions are looked up by index. The planner would rather read all of them.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $stage_versions$
BEGIN
    INSERT INTO internal.users_dim_stage (
        user_id, valid_from, valid_to, first_from, is_first, is_last, is_late, is_present, is_deleted,
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
        coalesce(
            open.valid_from >= event.changes_from,
            -- Only hands take away the open version of a user who has others. A day that was not loaded brings users whom nobody knows.
            p_mode <> 'new' AND EXISTS (
                SELECT 1
                FROM crm.users_dim AS dim
                WHERE dim.user_id = event.user_id
                  AND dim.valid_from >= event.changes_from
                  AND coalesce(dim.valid_to, 'infinity') >= p_from -- for speed: leaves out periods that cannot hold the version
            )
        ) AS is_late,
        -- for speed: a day that was not loaded, and a user in order, have no version to compare with
        p_mode <> 'new' AND (open.valid_from < event.changes_from) IS NOT TRUE AND (
            -- Most versions are still open, and need no look-up.
            (
                event.received_at, event.is_deleted, event.username, event.user_email, event.user_type,
                event.organization_name, event.plan_name, event.event_sk, event.attributes
            ) IS NOT DISTINCT FROM (
                open.valid_from, open.is_deleted, open.username, open.user_email, open.user_type,
                open.organization_name, open.plan_name, open.event_sk, open.attributes
            )
            OR EXISTS (
                SELECT 1
                FROM crm.users_dim AS dim
                WHERE dim.user_id = event.user_id -- for speed: event_sk alone tells which version it is
                  AND dim.valid_from = event.received_at -- for speed: event_sk alone tells which version it is
                  -- equivalent: what moved its end is new or gone itself
                  AND dim.valid_to >= coalesce(event.next_received_at, p_to)
                  -- equivalent: what moved its end is new or gone itself
                  AND (dim.valid_to = event.next_received_at OR event.next_received_at IS NULL)
                  AND (
                      dim.is_deleted, dim.username, dim.user_email, dim.user_type,
                      dim.organization_name, dim.plan_name, dim.event_sk, dim.attributes
                  ) IS NOT DISTINCT FROM (
                      event.is_deleted, event.username, event.user_email, event.user_type,
                      event.organization_name, event.plan_name, event.event_sk, event.attributes
                  )
                  -- for speed: leaves out periods that cannot hold the version
                  AND coalesce(dim.valid_to, 'infinity') >= p_from
            )
        ) AS is_present,
        event.is_deleted,
        event.username, event.user_email, event.user_type,
        event.organization_name, event.plan_name, event.event_sk, event.attributes,
        open.ctid, open.valid_from, open.is_deleted, open.username, open.user_email, open.user_type,
        open.organization_name, open.plan_name, open.event_sk, open.attributes
    FROM (
        SELECT
            state.*,
            first_value(received_at) OVER user_day AS first_received_at,
            lead(received_at) OVER user_day AS next_received_at,
            CASE p_mode WHEN 'arrived' THEN first_value(received_at) OVER user_day ELSE p_from END AS changes_from
        FROM (
            SELECT *
            FROM internal.user_states
            WHERE p_mode <> 'arrived'
              AND received_at >= p_from
              AND received_at < p_to
            UNION ALL -- for speed: one of both finds nothing
            SELECT state.*
            FROM internal.users_dim_arrived AS arrived
            CROSS JOIN LATERAL (
                SELECT *
                FROM internal.user_states
                WHERE user_id = arrived.user_id
                  AND received_at = arrived.received_at
                -- So that each instant is looked up by index: the view would be made as a whole.
                OFFSET 0
            ) AS state
            WHERE p_mode = 'arrived' -- for speed: nothing arrived otherwise
        ) AS state
        -- The stage comes in this order, and from there what is looked for and inserted: the steps do not sort it again.
        WINDOW user_day AS (PARTITION BY user_id ORDER BY received_at)
    ) AS event
    LEFT JOIN crm.users_dim_open AS open USING (user_id);

    SELECT
        count(*),
        count(*) FILTER (WHERE is_late),
        count(*) FILTER (WHERE is_last AND NOT is_late AND open_from IS NOT NULL)
    INTO n_versions, n_out_of_order, n_reopened
    FROM internal.users_dim_stage;
END;
$stage_versions$;

COMMENT ON FUNCTION internal.stage_versions(timestamptz, timestamptz, text) IS
    'Stages the versions that begin on a UTC day, each beside the user''s open version: all of them, or if p_mode is arrived those at the instants in internal.users_dim_arrived. Returns how many they are, how many are out of order, and how many open versions of other users have to be rewritten.';
