-- Reads internal.users_dim_changed and crm.users_dim, writes internal.users_dim_neighbors.
-- Called by internal.load_late_users only.
CREATE OR REPLACE FUNCTION internal.find_users_dim_neighbors(p_from timestamptz, p_to timestamptz, p_until timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_users_dim_neighbors$
DECLARE
    v_found bigint;
BEGIN
    INSERT INTO internal.users_dim_neighbors (
        user_id, changes_from, first_from, before_from, before_to, next_from, n_begun
    )
    SELECT
        changed.user_id, changed.changes_from, changed.first_from,
        CASE WHEN last.valid_from < changed.changes_from THEN last.valid_from ELSE begun.before_from END,
        CASE WHEN last.valid_from < changed.changes_from THEN last.valid_to ELSE begun.before_to END,
        last.valid_to, begun.n_begun
    FROM (
        SELECT user_id, changes_from, first_from
        FROM internal.users_dim_changed AS changed
        WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id)
        ORDER BY user_id -- for speed: neighbours in this order are neighbours in a period
    ) AS changed
    -- One version is read where a user has many in a period: the last to begin before the end of the day.
    CROSS JOIN LATERAL (
        SELECT dim.valid_from, coalesce(dim.valid_to, 'infinity') AS valid_to
        FROM crm.users_dim AS dim
        WHERE dim.user_id = changed.user_id
          AND dim.valid_from < p_to
          AND coalesce(dim.valid_to, 'infinity') >= p_from -- equivalent: what ends at the beginning of the day has a successor
          AND coalesce(dim.valid_to, 'infinity') <= p_until
        ORDER BY dim.valid_from DESC
        LIMIT 1 -- for speed: those before it do not reach beyond the day
    ) AS last
    CROSS JOIN LATERAL (
        SELECT
            max(dim.valid_from) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_from,
            max(dim.valid_to) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_to,
            count(*) FILTER (WHERE dim.valid_from >= changed.changes_from) AS n_begun
        FROM crm.users_dim AS dim
        WHERE dim.user_id = changed.user_id
          AND dim.valid_from < p_to
          AND coalesce(dim.valid_to, 'infinity') >= p_from
          AND coalesce(dim.valid_to, 'infinity') <= p_until -- for speed: leaves out later periods
          AND last.valid_from >= changed.changes_from -- for speed: mostly nothing begins on the day, and that is known
    ) AS begun
    -- Only the version that reaches beyond the day tells that none is in a later period.
    WHERE last.valid_to >= p_to;

    GET DIAGNOSTICS v_found = ROW_COUNT;
    RETURN v_found;
END;
$find_users_dim_neighbors$;

COMMENT ON FUNCTION internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz) IS
    'Finds for users of internal.users_dim_changed what crm.users_dim has around the day, among the versions that ended up to p_until; leaves out users whose version at the end of the day is not among them. Returns how many it found.';
