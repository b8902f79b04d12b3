-- Reads raw.user_events.
-- Called by crm.load_users_dim only.
CREATE OR REPLACE FUNCTION internal.count_day_versions(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    -- The primary key has the events of an instant side by side: nothing needs hashing.
    SET enable_hashagg = off
AS $count_day_versions$
BEGIN
    RETURN (
        SELECT count(*)
        FROM (
            SELECT DISTINCT received_at, user_id
            FROM raw.user_events
            WHERE received_at >= p_from
              AND received_at < p_to
        ) AS version
    );
END;
$count_day_versions$;

COMMENT ON FUNCTION internal.count_day_versions(timestamptz, timestamptz) IS
    'How many versions begin on a UTC day, from its beginning to the next one''s, by the events that raw has of it: several of a user at one instant make one.';
