-- Reads internal.users_dim_changed and crm.users_dim, writes internal.users_dim_neighbors.
-- Called by internal.load_late_users only.
CREATE OR REPLACE FUNCTION internal.find_users_dim_neighbors(p_from timestamptz, p_to timestamptz, p_until timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_users_dim_neighbors$
BEGIN
    INSERT INTO internal.users_dim_neighbors (
        user_id, changes_from, first_from, before_from, before_to, next_from, n_begun
    )
    SELECT
        changed.user_id, changed.changes_from, changed.first_from,
        around.before_from, around.before_to, around.next_from, around.n_begun
    FROM (
        SELECT user_id, changes_from, first_from
        FROM internal.users_dim_changed AS changed
        WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id)
        ORDER BY user_id -- for speed: neighbours in this order are neighbours in a period
    ) AS changed
    CROSS JOIN LATERAL (
        SELECT
            max(dim.valid_from) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_from,
            max(dim.valid_to) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_to,
            max(coalesce(dim.valid_to, 'infinity')) AS next_from,
            count(*) FILTER (WHERE dim.valid_from >= changed.changes_from) AS n_begun
        FROM crm.users_dim AS dim
        WHERE dim.user_id = changed.user_id
          AND dim.valid_from < p_to
          AND coalesce(dim.valid_to, 'infinity') >= p_from
          AND coalesce(dim.valid_to, 'infinity') <= p_until -- for speed: leaves out later periods
    ) AS around
    -- Only the version that reaches beyond the day tells that none is in a later period.
    WHERE around.next_from >= p_to;
END;
$find_users_dim_neighbors$;

COMMENT ON FUNCTION internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz) IS
    'Finds for users of internal.users_dim_changed what crm.users_dim has around the day, among the versions that ended up to p_until; leaves out users whose version at the end of the day is not among them.';
