-- Reads raw.user_events and crm.users_dim.
CREATE OR REPLACE FUNCTION etl.preview_history(p_rows integer DEFAULT 10)
    RETURNS TABLE (change text, total bigint, old_row jsonb, new_row jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
    SET work_mem = '256MB'
    SET jit = off
AS $preview_history$
BEGIN
    PERFORM internal.begin_change('etl.preview_history');
    PERFORM internal.lock_load('users_dim');
    PERFORM internal.find_users_dim_differences(internal.retention_start());
    RETURN QUERY SELECT * FROM internal.show_users_dim_differences(p_rows);
    PERFORM internal.empty_users_dim_stage();
END;
$preview_history$;

COMMENT ON FUNCTION etl.preview_history(integer) IS
    'Shows what etl.build_history() would change: the first p_rows versions that it would add, change and remove, as they are and as they would be, and how many there are of each kind. Changes nothing. Loads of the dimension wait meanwhile.';
