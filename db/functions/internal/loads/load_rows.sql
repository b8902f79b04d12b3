-- Reads what the function of the load reads, writes the table of the load and etl.load_runs.
-- Called by etl.run_load only.
-- Rerun: rows that are as they should be are not touched.
CREATE OR REPLACE FUNCTION internal.load_rows(p_load_name text, p_import_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET jit = off
AS $load_rows$
DECLARE
    v_started_at CONSTANT timestamptz := clock_timestamp();
    v_load       CONSTANT etl.loads := (SELECT load FROM etl.loads AS load WHERE load_name = p_load_name);
    v_newest     timestamptz;
    v_snapshot   pg_snapshot;
    v_rows       bigint;
    v_strange    bigint;
    v_written    bigint;
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
        AND EXISTS (SELECT FROM pg_proc WHERE oid = v_load.load_function::regproc AND prosqlbody IS NOT NULL)
    THEN
        RAISE EXCEPTION 'on Citus, % finds no rows of users, as it is written in SQL', v_load.load_function
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Write it in PL/pgSQL, with RETURN QUERY.';
    END IF;

    v_newest := internal.begin_load(p_load_name, p_import_date);
    v_snapshot := internal.load_snapshot();

    EXECUTE format(
        'WITH new AS MATERIALIZED (SELECT * FROM %1$s($1)),
         gone AS (
             DELETE FROM %2$s AS old
             WHERE %3$I = $1 AND NOT EXISTS (SELECT FROM new WHERE %4$s)
             RETURNING 1
         ),
         written AS (%5$s)
         SELECT
             (SELECT count(*) FROM new),
             (SELECT count(*) FROM new WHERE %3$I IS DISTINCT FROM $1),
             (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)',
        v_load.load_function::regproc,
        v_load.table_name::regclass,
        v_load.table_key[1],
        (SELECT string_agg(format('new.%1$I = old.%1$I', name), ' AND ') FROM unnest(v_load.table_key) AS name),
        internal.upsert_statement(v_load.table_name, v_load.table_key, 'new')
    )
    INTO v_rows, v_strange, v_written
    USING p_import_date;

    IF v_strange > 0 THEN
        RAISE EXCEPTION '% returned % rows of other days than %', v_load.load_function, v_strange, p_import_date
            USING ERRCODE = 'data_exception',
                  HINT = format('The column %I of its rows must be the day that it is given.', v_load.table_key[1]);
    END IF;

    PERFORM internal.end_load(p_load_name, p_import_date, v_started_at, v_snapshot, v_rows, v_written, NULL, v_newest);
    RETURN v_written;
END;
$load_rows$;

COMMENT ON FUNCTION internal.load_rows(text, date) IS
    'Brings the rows that a table has of a UTC day to those that the function of its load returns; returns the rows written. Takes a name of etl.loads and the day.';
