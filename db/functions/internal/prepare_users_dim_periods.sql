-- requires: internal.add_users_dim_period
CREATE OR REPLACE FUNCTION internal.prepare_users_dim_periods(p_days date[])
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $prepare_users_dim_periods$
DECLARE
    -- Each takes some locks until the end of the transaction, of which the server has so many.
    c_most    CONSTANT integer := 12;
    v_missing CONSTANT date[] := ARRAY(
        SELECT day
        FROM unnest(p_days) AS day
        WHERE to_regclass(to_char(day, '"crm.users_dim_"YYYY_MM')) IS NULL
        LIMIT c_most
    );
BEGIN
    IF cardinality(v_missing) = 0 THEN
        RETURN;
    END IF;
    BEGIN
        LOCK TABLE ONLY crm.users_dim IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        PERFORM internal.add_users_dim_period(day)
        FROM unnest(v_missing) AS day;
    EXCEPTION
        -- Another ingest makes one, or VACUUM or ANALYZE is at work. The load makes what is missing then.
        WHEN lock_not_available THEN NULL;
    END;
END;
$prepare_users_dim_periods$;

COMMENT ON FUNCTION internal.prepare_users_dim_periods(date[]) IS
    'Makes the partitions of crm.users_dim for the months of days, so that they are committed before a load moves rows into them; some of them at least, and none while another session makes some. Never waits.';
