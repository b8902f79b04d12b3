-- Reads internal.users_dim_changed and crm.users_dim, writes internal.users_dim_neighbors.
-- Called by internal.load_late_users only, after internal.find_users_dim_neighbors.
CREATE OR REPLACE FUNCTION internal.find_users_dim_successors(p_to timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_users_dim_successors$
BEGIN
    INSERT INTO internal.users_dim_neighbors (user_id, first_from, next_from, n_begun)
    SELECT changed.user_id, changed.first_from, min(dim.valid_from), 0
    FROM (
        SELECT user_id, min(first_from) AS first_from
        FROM internal.users_dim_changed AS changed
        WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id)
        GROUP BY user_id
    ) AS changed
    JOIN crm.users_dim AS dim USING (user_id)
    WHERE coalesce(dim.valid_to, 'infinity') >= p_to
    GROUP BY changed.user_id, changed.first_from;
END;
$find_users_dim_successors$;

COMMENT ON FUNCTION internal.find_users_dim_successors(timestamptz) IS
    'Finds what follows the UTC day that ends at p_to for users of internal.users_dim_changed who have no version before its end.';
