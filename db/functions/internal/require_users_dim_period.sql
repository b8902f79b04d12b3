CREATE OR REPLACE FUNCTION internal.require_users_dim_period(p_day date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $require_users_dim_period$
BEGIN
    IF to_regclass(to_char(p_day, '"crm.users_dim_"YYYY_MM')) IS NULL THEN
        -- A query that is planned now does not know the period, and would miss the rows that we move into it.
        LOCK TABLE ONLY crm.users_dim IN ACCESS EXCLUSIVE MODE;
        PERFORM internal.add_users_dim_period(p_day);
    END IF;
END;
$require_users_dim_period$;

COMMENT ON FUNCTION internal.require_users_dim_period(date) IS
    'Makes the partition of crm.users_dim for the month of a day where raw.ingest_user_events has not: for events that came into raw by hand, or while ANALYZE ran. Only then the load waits for the readers of crm.users_dim, and they for its end.';
