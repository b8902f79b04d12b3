-- Reads internal.users_dim_splice, writes crm.users_dim.
-- Called by internal.splice_users_dim only.
CREATE OR REPLACE FUNCTION internal.unsplice_users_dim(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- Each version is looked up in the one period it is in. The planner, which expects it to be looked for in
    -- all of them, would rather read them whole.
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $unsplice_users_dim$
DECLARE
    v_rows    bigint;
    v_written bigint;
BEGIN
    DELETE FROM crm.users_dim AS dim
    USING internal.users_dim_splice AS splice
    WHERE splice.n_begun > 0
      AND dim.user_id = splice.user_id
      AND dim.valid_from >= p_from
      AND dim.valid_from < p_to
      AND coalesce(dim.valid_to, 'infinity') >= p_from;

    GET DIAGNOSTICS v_written = ROW_COUNT;

    UPDATE crm.users_dim AS dim
    SET valid_to = coalesce(splice.first_from, nullif(splice.next_from, 'infinity'))
    FROM internal.users_dim_splice AS splice
    WHERE dim.user_id = splice.user_id
      AND dim.valid_from = splice.before_from
      AND coalesce(dim.valid_to, 'infinity') = splice.before_to
      AND splice.before_to <> coalesce(splice.first_from, splice.next_from)
      AND coalesce(dim.valid_to, 'infinity') >= p_from;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_written + v_rows;
END;
$unsplice_users_dim$;

COMMENT ON FUNCTION internal.unsplice_users_dim(timestamptz, timestamptz) IS
    'Makes room for the day of the users of internal.users_dim_splice: deletes their versions that begin on it, and ends the one from before where the day''s first begins, or where what follows begins. Returns the rows written.';
