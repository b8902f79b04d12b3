CREATE OR REPLACE FUNCTION internal.empty_users_dim_stage()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $empty_users_dim_stage$
DECLARE
    c_small   CONSTANT bigint := 1048576::bigint;
    -- TRUNCATE makes new files, which takes longer than a load of a few events. A distributed table has size 0 here.
    v_deletes boolean := pg_relation_size('internal.users_dim_stage') BETWEEN 1 AND c_small;
BEGIN
    IF NOT v_deletes THEN
        BEGIN
            -- TRUNCATE alone would wait for whoever reads these tables, pg_dump for one.
            LOCK TABLE
                internal.users_dim_arrived, internal.users_dim_stage,
                internal.users_dim_changed, internal.users_dim_neighbors
                NOWAIT;
            TRUNCATE
                internal.users_dim_arrived, internal.users_dim_stage,
                internal.users_dim_changed, internal.users_dim_neighbors;
        EXCEPTION
            WHEN lock_not_available THEN
                v_deletes := true;
        END;
    END IF;

    IF v_deletes THEN
        DELETE FROM internal.users_dim_arrived;
        DELETE FROM internal.users_dim_stage;
        DELETE FROM internal.users_dim_changed;
        DELETE FROM internal.users_dim_neighbors;
    END IF;
END;
$empty_users_dim_stage$;

COMMENT ON FUNCTION internal.empty_users_dim_stage() IS
    'Empties the staging tables of crm.load_users_dim, beside whoever reads them.';
