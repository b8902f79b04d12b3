-- requires: internal.add_users_dim_period
CREATE OR REPLACE FUNCTION internal.prepare_users_dim_period(p_day date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $prepare_users_dim_period$
BEGIN
    IF to_regclass('crm.' || internal.users_dim_period(p_day)) IS NULL THEN
        LOCK TABLE ONLY crm.users_dim IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        PERFORM internal.add_users_dim_period(p_day);
    END IF;
EXCEPTION
    -- VACUUM or ANALYZE is at work. There will be other loads before the period is needed.
    WHEN lock_not_available THEN NULL;
END;
$prepare_users_dim_period$;

COMMENT ON FUNCTION internal.prepare_users_dim_period(date) IS
    'Makes the partition of crm.users_dim for the month of a day ahead of time, so that it is committed long before a load moves rows into it. Never waits.';
