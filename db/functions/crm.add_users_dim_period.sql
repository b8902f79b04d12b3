CREATE OR REPLACE FUNCTION crm.add_users_dim_period(p_day date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $add_users_dim_period$
DECLARE
    v_month CONSTANT timestamp := date_trunc('month', p_day::timestamp);
    v_name  CONSTANT text := 'users_dim_' || to_char(v_month, 'YYYY_MM');
BEGIN
    IF to_regclass('crm.' || v_name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE crm.%1$I PARTITION OF crm.users_dim (
                CONSTRAINT %2$I UNIQUE (user_id, valid_from)
            ) FOR VALUES FROM (%3$L) TO (%4$L)',
            v_name, v_name || '_uq', v_month || '+00', v_month + interval '1 month' || '+00');
        EXECUTE format('COMMENT ON TABLE crm.%I IS %L', v_name,
            'Versions of users that ended in ' || to_char(v_month, 'YYYY-MM') || '.');
    END IF;
END;
$add_users_dim_period$;

COMMENT ON FUNCTION crm.add_users_dim_period(date) IS
    'Makes the partition of crm.users_dim for versions that ended in the month of a day, unless it exists.';
