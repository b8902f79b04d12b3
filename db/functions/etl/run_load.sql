-- Reads etl.loads.
-- Rerun: a load writes only what changed.
CREATE OR REPLACE FUNCTION etl.run_load(p_load_name text, p_import_date date DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $run_load$
-- The loads are volatile, which plpgsql_check cannot see through EXECUTE.
-- @plpgsql_check_options: performance_warnings = false
DECLARE
    v_load etl.loads;
    v_rows bigint;
BEGIN
    SELECT *
    INTO v_load
    FROM etl.loads
    WHERE load_name = p_load_name;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no load named %', coalesce(quote_ident(p_load_name), 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = (SELECT 'The loads are ' || string_agg(load_name, ', ' ORDER BY position) || '.' FROM etl.loads);
    END IF;

    IF (SELECT proretset FROM pg_proc WHERE oid = v_load.load_function::regproc) THEN
        RETURN internal.load_rows(p_load_name, p_import_date);
    END IF;

    EXECUTE format(CASE WHEN v_load.takes_day THEN 'SELECT %s($1)' ELSE 'SELECT %s()' END, v_load.load_function::regproc)
    INTO v_rows
    USING p_import_date;
    RETURN v_rows;
END;
$run_load$;

COMMENT ON FUNCTION etl.run_load(text, date) IS
    'Runs the load that etl.loads has under this name, for the given UTC day if it is one that takes a day; returns the rows written.';
