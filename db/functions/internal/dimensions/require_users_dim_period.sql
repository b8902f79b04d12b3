CREATE OR REPLACE FUNCTION internal.require_users_dim_period(p_day date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    -- New queries wait behind us, so not for long.
    SET lock_timeout = '100ms'
AS $require_users_dim_period$
DECLARE
    c_tries CONSTANT integer := 15; -- equivalent: five seconds need not be exact
BEGIN
    -- A query that is planned by now does not know the period, and would miss the rows that we move into it.
    FOR v_try IN 1 .. c_tries LOOP -- equivalent: nor need they here
        EXIT WHEN to_regclass('crm.' || internal.users_dim_period(p_day)) IS NOT NULL;
        BEGIN
            LOCK TABLE ONLY crm.users_dim IN ACCESS EXCLUSIVE MODE;
            PERFORM internal.add_users_dim_period(p_day);
        EXCEPTION
            WHEN lock_not_available THEN
                IF v_try = c_tries THEN
                    RAISE EXCEPTION 'crm.users_dim needs a partition for %, which cannot be made while queries of it run',
                            to_char(p_day, 'YYYY-MM')
                        USING ERRCODE = 'lock_not_available',
                              HINT = 'Load the day again when they are done.';
                END IF;
                PERFORM pg_sleep(0.2);
        END;
    END LOOP;
END;
$require_users_dim_period$;

COMMENT ON FUNCTION internal.require_users_dim_period(date) IS
    'Makes the partition of crm.users_dim for the month of a day, where internal.prepare_users_dim_period has not: the first load of all, or of a month that no load before came near. Only then the load waits for the queries of crm.users_dim that run, five seconds at most, and new ones wait for its end.';
