-- Reads raw.user_events, crm.users_dim and etl.purges.
-- Among the events of one instant the same wins as in internal.user_states, of those that were known.
CREATE OR REPLACE FUNCTION crm.users_at(p_at timestamptz, p_known_at timestamptz)
    RETURNS TABLE (
        user_id text, username text, user_email text, user_type text, organization_name text,
        organization_key text, plan_name text, valid_from timestamptz,
        attributes jsonb
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '64MB'
    SET jit = off
AS $users_at$
DECLARE
    v_kept   CONSTANT timestamptz := internal.retention_start();
    v_purged CONSTANT timestamptz := (SELECT max(purged_at) FROM etl.purges);
BEGIN
    IF p_known_at < v_purged THEN
        RAISE EXCEPTION 'what was known at % cannot be told: raw.drop_before removed events at %', p_known_at, v_purged
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Ask for a later moment of knowledge, or for what is known now: crm.users_at(moment).';
    END IF;

    RETURN QUERY
    WITH last_instant AS MATERIALIZED (
        SELECT event.user_id, max(event.received_at) AS received_at
        FROM raw.user_events AS event
        WHERE event.received_at <= p_at
          AND event.ingested_at <= p_known_at
        GROUP BY event.user_id
    ),
    last_known AS (
        SELECT DISTINCT ON (event.user_id) event.*
        FROM last_instant
        JOIN raw.user_events AS event USING (user_id, received_at)
        WHERE event.ingested_at <= p_known_at
        ORDER BY
            event.user_id,
            event.sequence DESC NULLS LAST,
            array_position(internal.types_by_rank(), event.event_type) DESC,
            event.event_sk DESC
    ),
    state AS (
        SELECT
            event.user_id, event.received_at AS valid_from,
            internal.blank_to_null(event.username) AS username,
            internal.blank_to_null(event.user_email) AS user_email,
            internal.blank_to_null(event.user_type) AS user_type,
            internal.blank_to_null(event.organization_name) AS organization_name,
            internal.blank_to_null(event.plan_name) AS plan_name,
            internal.user_attributes(event.extra) AS attributes
        FROM last_known AS event
        WHERE event.event_type <> ALL (internal.final_types())
        UNION ALL
        -- Of whom no event is left in raw: all that was removed had been known.
        SELECT
            dim.user_id, dim.valid_from,
            dim.username, dim.user_email, dim.user_type, dim.organization_name, dim.plan_name,
            dim.attributes
        FROM crm.users_dim AS dim
        WHERE v_purged IS NOT NULL -- for speed: nothing begins before -infinity
          AND dim.valid_from < v_kept
          AND dim.valid_from <= p_at
          AND coalesce(dim.valid_to, 'infinity') >= least(p_at, v_kept)
          AND (dim.valid_to IS NULL OR dim.valid_to > p_at OR dim.valid_to >= v_kept)
          AND NOT dim.is_deleted
          AND NOT EXISTS (SELECT FROM last_instant WHERE last_instant.user_id = dim.user_id)
    )
    SELECT
        state.user_id, state.username, state.user_email, state.user_type, state.organization_name,
        organization.organization_key,
        state.plan_name, state.valid_from, state.attributes
    FROM state
    -- The organization that had the name when the event gave it.
    LEFT JOIN crm.organization_name_history AS organization
        ON organization.organization_name = state.organization_name
        AND organization.named_from <= state.valid_from
        AND organization.named_until > state.valid_from;
END;
$users_at$;

COMMENT ON FUNCTION crm.users_at(timestamptz, timestamptz) IS
    'Returns the users that existed at a moment, as the events tell that had been ingested by another moment; columns as in crm.users_at(moment). Needs no load. Fails if raw.drop_before has removed events since. Organizations have their present keys.';
