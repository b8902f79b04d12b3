-- Reads raw.user_events and crm.users_dim, writes internal.users_dim_arrived.
-- Called by crm.load_users_dim only.
CREATE OR REPLACE FUNCTION internal.find_arrived_instants(p_from timestamptz, p_to timestamptz, p_event_sks int8multirange)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_arrived_instants$
BEGIN
    INSERT INTO internal.users_dim_arrived (user_id, received_at)
    SELECT DISTINCT user_id, received_at
    FROM raw.user_events
    WHERE event_sk >= lower(p_event_sks)
      AND event_sk < upper(p_event_sks)
      AND event_sk <@ p_event_sks
      AND received_at >= p_from
      AND received_at < p_to;

    -- Raw has no index by user. Each instant with an event that was loaded before began a version.
    INSERT INTO internal.users_dim_arrived (user_id, received_at)
    SELECT dim.user_id, dim.valid_from
    FROM (
        SELECT user_id
        FROM internal.users_dim_arrived
        GROUP BY user_id
        ORDER BY user_id
    ) AS arrived
    JOIN crm.users_dim AS dim
        ON dim.user_id = arrived.user_id
        AND dim.valid_from >= p_from
        AND dim.valid_from < p_to
        AND coalesce(dim.valid_to, 'infinity') >= p_from
    WHERE NOT EXISTS (
        SELECT 1
        FROM internal.users_dim_arrived AS known
        WHERE known.user_id = dim.user_id
          AND known.received_at = dim.valid_from
    );
END;
$find_arrived_instants$;

COMMENT ON FUNCTION internal.find_arrived_instants(timestamptz, timestamptz, int8multirange) IS
    'Finds for the users of the events that arrived, given by a multirange of event_sk, all instants of the UTC day at which they have an event.';
