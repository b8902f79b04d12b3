-- Reads internal.users_dim_neighbors and crm.users_dim, writes internal.users_dim_changes.
-- Called by internal.load_users_out_of_order only, before it clears the day.
CREATE OR REPLACE FUNCTION internal.note_neighbors(p_from timestamptz, p_to timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- As in internal.clear_users_dim_day.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $note_neighbors$
BEGIN
    -- Materialized for Citus: the shards would put in their own xid.
    INSERT INTO internal.users_dim_changes (user_id, first_from, until)
    WITH changed AS MATERIALIZED (
        SELECT user_id, coalesce(before_from, first_from), p_to
        FROM internal.users_dim_neighbors
        WHERE before_from IS NOT NULL OR first_from IS NOT NULL
        UNION ALL -- for speed: a version may be noted twice
        -- Those of the day are deleted; they come back, or are gone.
        SELECT dim.user_id, dim.valid_from, dim.valid_from
        FROM internal.users_dim_neighbors AS neighbor
        JOIN crm.users_dim AS dim -- equivalent: n_begun counts them
            ON dim.user_id = neighbor.user_id
            AND dim.valid_from >= neighbor.changes_from
            AND dim.valid_from < p_to -- for speed: what did not change would be noted in vain
            AND coalesce(dim.valid_to, 'infinity') >= p_from
        WHERE neighbor.n_begun > 0 -- for speed: of the others none begins on the day
    )
    SELECT * FROM changed;
END;
$note_neighbors$;

COMMENT ON FUNCTION internal.note_neighbors(timestamptz, timestamptz) IS
    'Notes the versions that the load of a day changes for the users of internal.users_dim_neighbors: those of the day and the one before.';
