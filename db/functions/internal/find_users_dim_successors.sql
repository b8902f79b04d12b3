-- Reads internal.users_dim_changed and crm.users_dim, writes internal.users_dim_neighbors.
-- Called by internal.load_late_users only, after internal.find_users_dim_neighbors.
CREATE OR REPLACE FUNCTION internal.find_users_dim_successors(p_to timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_users_dim_successors$
BEGIN
    INSERT INTO internal.users_dim_neighbors (user_id, changes_from, first_from, next_from, n_begun)
    SELECT changed.user_id, changed.changes_from, changed.first_from, next.valid_from, 0
    FROM internal.users_dim_changed AS changed
    CROSS JOIN LATERAL (
        SELECT min(dim.valid_from) AS valid_from
        FROM crm.users_dim AS dim
        WHERE dim.user_id = changed.user_id
          AND coalesce(dim.valid_to, 'infinity') >= p_to -- equivalent: versions of these users begin after the day
    ) AS next
    WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id);
END;
$find_users_dim_successors$;

COMMENT ON FUNCTION internal.find_users_dim_successors(timestamptz) IS
    'Finds what follows the UTC day that ends at p_to for users of internal.users_dim_changed who have no version before its end.';
