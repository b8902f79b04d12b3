-- Rerun: a load writes only what changed.
-- A procedure that commits can have no SET clause, so it pins search_path at the start of each transaction.
CREATE OR REPLACE PROCEDURE etl.run_loads(p_load_names text[], p_dates date[])
    LANGUAGE plpgsql
AS $run_loads$
DECLARE
    v_count  integer;
    v_failed integer := 0;
    v_rows   bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    v_count := coalesce(cardinality(p_dates), 0);

    FOR v_number IN 1 .. v_count LOOP
        BEGIN
            v_rows := etl.run_load(p_load_names[v_number], p_dates[v_number]);
            RAISE NOTICE '%/% % %: % % written', v_number, v_count, p_load_names[v_number], p_dates[v_number],
                v_rows, CASE v_rows WHEN 1 THEN 'row' ELSE 'rows' END;
        EXCEPTION
            -- Told here and once more at the end; the other days do not wait for it.
            WHEN OTHERS THEN
                v_failed := v_failed + 1;
                RAISE WARNING '%/% % %: %', v_number, v_count, p_load_names[v_number], p_dates[v_number], SQLERRM;
        END;
        COMMIT;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END LOOP;

    IF v_failed > 0 THEN
        RAISE EXCEPTION '% of % loads failed', v_failed, v_count
            USING HINT = 'The warnings above say why; the same call again goes on from here.';
    END IF;
END;
$run_loads$;

COMMENT ON PROCEDURE etl.run_loads(text[], date[]) IS
    'What etl.catch_up and etl.load_days share: runs loads by name and day in the order given, a transaction and a notice each. One that fails is told in a warning and stops no other; the call fails in the end.';
