-- Reads internal.users_dim_neighbors and internal.users_dim_stage.
-- Called by crm.load_users_dim only.
CREATE OR REPLACE FUNCTION internal.find_changed_days(p_day date, p_in_order bigint)
    RETURNS datemultirange
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $find_changed_days$
DECLARE
    v_until timestamptz := timestamptz 'infinity'; -- versions that were written in order are open
BEGIN
    IF p_in_order = 0 THEN
        SELECT max(CASE WHEN last.is_present THEN p_day::timestamptz ELSE neighbor.next_from END)
        INTO v_until
        FROM internal.users_dim_neighbors AS neighbor
        LEFT JOIN internal.users_dim_stage AS last ON last.user_id = neighbor.user_id AND last.is_last;
    END IF;

    RETURN datemultirange(daterange(p_day, greatest(p_day, (v_until - interval '1 microsecond')::date), '[]'));
END;
$find_changed_days$;

COMMENT ON FUNCTION internal.find_changed_days(date, bigint) IS
    'Returns the UTC days on which the state of a user changed in the load of a day: from this day on, as long as the versions are valid that were written. Takes the day and how many rows were written in order.';
