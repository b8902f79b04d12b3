-- Reads raw.user_events and crm.users_dim.
-- Called by internal.write_history only.
CREATE OR REPLACE FUNCTION internal.make_history(p_from timestamptz, p_days date[])
    RETURNS TABLE (
        user_id text, valid_from timestamptz, valid_to timestamptz, is_valid boolean, is_deleted boolean,
        username text, user_email text, user_type text, organization_name text, plan_name text,
        event_sk bigint, attributes jsonb
    )
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    -- Both parameters are known to the plan: what they exclude is not read.
    SET plan_cache_mode = 'force_custom_plan'
AS $make_history$
BEGIN
    -- RETURN QUERY reads and sorts in parallel, which INSERT … SELECT does not.
    RETURN QUERY
    SELECT
        version.user_id, version.received_at, version.next_at, version.next_at IS NULL, version.is_deleted,
        version.username, version.user_email, version.user_type, version.organization_name, version.plan_name,
        version.event_sk, version.attributes
    FROM (
        SELECT state.*, lead(state.received_at) OVER (PARTITION BY state.user_id ORDER BY state.received_at) AS next_at
        FROM (
            SELECT
                event.user_id, event.received_at, event.is_deleted,
                event.username, event.user_email, event.user_type, event.organization_name, event.plan_name,
                event.event_sk, event.attributes
            FROM internal.user_states AS event
            WHERE event.received_at >= p_from
              AND (p_days IS NULL OR event.received_at::date = ANY (p_days))
            UNION ALL
            -- What is gone from raw stays.
            SELECT
                dim.user_id, dim.valid_from, dim.is_deleted,
                dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name,
                dim.event_sk, dim.attributes
            FROM crm.users_dim AS dim
            WHERE dim.valid_from < p_from
              AND p_from > '-infinity' -- for speed: then nothing is gone, and the dimension is not read
        ) AS state
    ) AS version;
END;
$make_history$;

COMMENT ON FUNCTION internal.make_history(timestamptz, date[]) IS
    'All versions as they should be, made in one pass over the raw events from an instant on, of all UTC days or of those given, and the versions that began before the instant.';
