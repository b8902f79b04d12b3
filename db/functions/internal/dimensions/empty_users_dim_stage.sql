CREATE OR REPLACE FUNCTION internal.empty_users_dim_stage()
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $empty_users_dim_stage$
DECLARE
    c_small    CONSTANT bigint := 1048576::bigint; -- for speed: larger tables are emptied as well
    c_few      CONSTANT bigint := 1000::bigint; -- for speed: more are emptied as well
    v_table    regclass;
    v_size     bigint;
    v_rows     bigint;
    v_deletes  boolean;
BEGIN
    FOR v_table IN SELECT unnest(ARRAY[
        'internal.users_dim_arrived', 'internal.users_dim_stage',
        'internal.users_dim_changed', 'internal.users_dim_neighbors', 'internal.users_dim_differences'
    ]::regclass[]) LOOP
        -- Rows of what was rolled back, a preview for one, are not there and take room: these tables have no autovacuum.
        -- A distributed table has size 0 here.
        v_size := pg_relation_size(v_table);
        IF v_size <= c_small THEN -- for speed: a large one is emptied without a look
            EXECUTE format('SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %s) AS one', v_table, c_few + 1)
            INTO v_rows;
            CONTINUE WHEN v_rows = 0; -- for speed: it is empty
        END IF;

        -- TRUNCATE makes a new file, which takes longer than a load of a few events.
        v_deletes := v_size BETWEEN 1 AND c_small OR (v_size = 0 AND v_rows <= c_few);
        IF NOT v_deletes THEN
            BEGIN
                -- TRUNCATE alone would wait for whoever reads the table, pg_dump for one.
                EXECUTE format('LOCK TABLE %s NOWAIT', v_table);
                EXECUTE format('TRUNCATE %s', v_table);
            EXCEPTION
                WHEN lock_not_available THEN
                    v_deletes := true;
            END;
        END IF;
        IF v_deletes THEN -- for speed: nothing is left to delete
            EXECUTE format('DELETE FROM %s', v_table);
        END IF;
    END LOOP;
END;
$empty_users_dim_stage$;

COMMENT ON FUNCTION internal.empty_users_dim_stage() IS
    'Empties the staging tables of crm.load_users_dim and etl.rebuild_users_dim, also of the space of rolled-back rows, without waiting for readers.';
