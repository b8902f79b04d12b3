-- Reads internal.users_dim_stage and crm.users_dim, writes internal.users_dim_changed.
-- Called by internal.load_users_out_of_order only.
CREATE OR REPLACE FUNCTION internal.find_gone_versions(p_from timestamptz, p_to timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_gone_versions$
DECLARE
    v_found bigint;
BEGIN
    INSERT INTO internal.users_dim_changed (user_id, changes_from, first_from)
    SELECT begun.user_id, p_from, min(first.first_from) -- equivalent: all rows of a user have one first_from
    FROM crm.users_dim AS begun
    -- equivalent: all rows of a user have one first_from
    LEFT JOIN internal.users_dim_stage AS first ON first.user_id = begun.user_id AND first.is_first
    WHERE begun.valid_from >= p_from
      AND begun.valid_from < p_to -- for speed: users without a version on the day come out the same
      AND coalesce(begun.valid_to, 'infinity') >= p_from
      AND NOT EXISTS (
          SELECT 1
          FROM internal.users_dim_stage AS stage
          WHERE stage.user_id = begun.user_id
            AND stage.valid_from = begun.valid_from
      )
      -- equivalent: who was found is not looked for again
      AND NOT EXISTS (SELECT 1 FROM internal.users_dim_changed AS changed WHERE changed.user_id = begun.user_id)
    GROUP BY begun.user_id;

    GET DIAGNOSTICS v_found = ROW_COUNT;
    RETURN v_found;
END;
$find_gone_versions$;

COMMENT ON FUNCTION internal.find_gone_versions(timestamptz, timestamptz) IS
    'Finds the users with a version that begins on the UTC day and is not staged. Reads all periods from the day on. Returns the number of users.';
