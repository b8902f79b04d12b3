-- Reads internal.users_dim_neighbors, writes crm.users_dim.
-- Called by internal.load_users_out_of_order only.
CREATE OR REPLACE FUNCTION internal.clear_users_dim_day(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- Each version is looked up in the one period it is in. The planner, which expects it to be looked for in
    -- all of them, would rather read them whole.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $clear_users_dim_day$
DECLARE
    v_rows    bigint;
    v_written bigint;
BEGIN
    DELETE FROM crm.users_dim AS dim
    USING internal.users_dim_neighbors AS neighbor
    WHERE neighbor.n_begun > 0 -- for speed: others have no version on the day to be found
      AND dim.user_id = neighbor.user_id
      AND dim.valid_from >= neighbor.changes_from
      AND dim.valid_from < p_to
      AND coalesce(dim.valid_to, 'infinity') >= p_from;

    GET DIAGNOSTICS v_written = ROW_COUNT;

    UPDATE crm.users_dim AS dim
    SET valid_to = coalesce(neighbor.first_from, nullif(neighbor.next_from, 'infinity')),
        is_valid = coalesce(neighbor.first_from, nullif(neighbor.next_from, 'infinity')) IS NULL
    FROM internal.users_dim_neighbors AS neighbor
    WHERE dim.ctid = neighbor.before_place -- null for none
      AND dim.user_id = neighbor.user_id -- equivalent: its place and end tell which one it is
      AND coalesce(dim.valid_to, 'infinity') = neighbor.before_to
      AND neighbor.before_to <> coalesce(neighbor.first_from, neighbor.next_from)
      AND coalesce(dim.valid_to, 'infinity') >= p_from; -- for speed: leaves out periods that cannot hold the version

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    IF v_rows < (
        SELECT count(*)
        FROM internal.users_dim_neighbors
        WHERE before_to <> coalesce(first_from, next_from)
    ) THEN
        RAISE EXCEPTION 'versions in crm.users_dim were changed by hand while % was loaded', p_from::date
            USING ERRCODE = 'serialization_failure',
                  HINT = 'Nothing of this load is kept. Load the day again.';
    END IF;
    RETURN v_written + v_rows;
END;
$clear_users_dim_day$;

COMMENT ON FUNCTION internal.clear_users_dim_day(timestamptz, timestamptz) IS
    'Makes room for the day of the users of internal.users_dim_neighbors: deletes their versions that begin on it, and ends the version before at their first version of the day, or at the version that follows. Returns the rows written.';
