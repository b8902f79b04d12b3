CREATE OR REPLACE FUNCTION internal.add_users_dim_period(p_day date)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $add_users_dim_period$
DECLARE
    v_month CONSTANT timestamp := date_trunc('month', p_day::timestamp);
    v_from  CONSTANT text := v_month || '+00';
    v_to    CONSTANT text := v_month + interval '1 month' || '+00';
    v_name  CONSTANT text := internal.users_dim_period(p_day);
BEGIN
    IF to_regclass('crm.' || v_name) IS NULL THEN
        -- ATTACH, unlike PARTITION OF, locks crm.users_dim against neither readers nor loads.
        EXECUTE format(
            'CREATE TABLE crm.%1$I (
                LIKE crm.users_dim INCLUDING ALL,
                CONSTRAINT %2$I UNIQUE (user_id, valid_from),
                CONSTRAINT %3$I CHECK (valid_to IS NOT NULL AND valid_to >= %4$L AND valid_to < %5$L)
            ) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)',
            v_name, v_name || '_uq', v_name || '_ck', v_from, v_to);
        -- LIKE does not copy it, and a publication that holds the period refuses UPDATE and DELETE without one.
        EXECUTE format('ALTER TABLE crm.%I REPLICA IDENTITY FULL', v_name);
        EXECUTE format('ALTER TABLE crm.users_dim ATTACH PARTITION crm.%I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
        EXECUTE format('COMMENT ON TABLE crm.%I IS %L', v_name,
            'Versions of users that ended in ' || to_char(v_month, 'YYYY-MM') || '.');
    END IF;
END;
$add_users_dim_period$;

COMMENT ON FUNCTION internal.add_users_dim_period(date) IS
    'Makes the partition of crm.users_dim for versions that ended in the month of a day, unless it exists. Waits for nobody but VACUUM and ANALYZE of crm.users_dim itself. A query that was planned before it commits does not read it: see internal.require_users_dim_period.';
