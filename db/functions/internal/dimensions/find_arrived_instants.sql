-- Reads raw.user_events and crm.users_dim, writes internal.users_dim_arrived.
-- Called by crm.load_users_dim only.
CREATE OR REPLACE FUNCTION internal.find_arrived_instants(p_from timestamptz, p_to timestamptz, p_event_sks int8multirange)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_arrived_instants$
BEGIN
    INSERT INTO internal.users_dim_arrived (user_id, received_at)
    SELECT DISTINCT user_id, received_at -- for speed: what comes twice is left out when it is staged
    FROM raw.user_events
    WHERE event_sk >= lower(p_event_sks) -- for speed: an index knows no multirange
      AND event_sk < upper(p_event_sks) -- for speed: an index knows no multirange
      AND event_sk <@ p_event_sks
      AND received_at >= p_from
      AND received_at < p_to;

    -- Raw has no index by user. Each instant with an event that was loaded before began a version.
    INSERT INTO internal.users_dim_arrived (user_id, received_at)
    SELECT arrived.user_id, begun.valid_from
    FROM (
        SELECT user_id, min(received_at) AS first_at
        FROM internal.users_dim_arrived
        GROUP BY user_id
        ORDER BY user_id -- for speed: neighbours in this order are neighbours in a period
    ) AS arrived
    -- for speed: most users have nothing later, and need no look-up
    JOIN crm.users_dim_open AS open
        ON open.user_id = arrived.user_id
        AND open.valid_from > arrived.first_at
    CROSS JOIN LATERAL (
        SELECT dim.valid_from
        FROM crm.users_dim AS dim
        WHERE dim.user_id = arrived.user_id -- for speed: at the instants of others this user has no event
          AND dim.valid_from > arrived.first_at -- for speed: the first one is known
          AND dim.valid_from < p_to
          AND coalesce(dim.valid_to, 'infinity') >= p_from
        -- So that each user is looked up by index: a join would be planned without statistics.
        OFFSET 0
    ) AS begun
    WHERE NOT EXISTS ( -- for speed: what comes twice is left out when it is staged
        SELECT 1
        FROM internal.users_dim_arrived AS known
        WHERE known.user_id = arrived.user_id
          AND known.received_at = begun.valid_from
    );
END;
$find_arrived_instants$;

COMMENT ON FUNCTION internal.find_arrived_instants(timestamptz, timestamptz, int8multirange) IS
    'Finds the instants of the UTC day with arrived events, given by a multirange of event_sk, and those of each user''s other events of the day after the first of them.';
