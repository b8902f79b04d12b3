-- Reads and writes etl.expectations; reads what the queries there read.
-- Rerun: what was checked a short while ago is not checked again.
-- A query is due when it was last run longer ago than its interval, every.
CREATE OR REPLACE FUNCTION etl.check_expectations()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
AS $check_expectations$
-- The queries are the owner's, whose rights we have.
-- @plpgsql_check_options: security_warnings = false
DECLARE
    v_started_at  timestamptz;
    v_is_canceled boolean;
    v_checked     bigint := 0::bigint;
    v_expectation record;
    v_found       bigint;
    v_finding     text;
BEGIN
    FOR v_expectation IN
        SELECT expectation_name, query
        FROM etl.expectations
        WHERE checked_at IS NULL
           OR checked_at <= clock_timestamp() - every -- equivalent: a moment later it is due anyway
        -- One that takes too long, or that somebody cancels, ends the call: next time the others come first.
        ORDER BY checked_at NULLS FIRST, expectation_name
        -- What another session checks now need not be checked twice.
        FOR UPDATE SKIP LOCKED -- tested elsewhere: driver/tests/test_catch_up.py
    LOOP
        v_started_at := clock_timestamp();
        v_is_canceled := false;
        PERFORM set_config('application_name', ('warehouse catch-up: expectation ' || v_expectation.expectation_name)::name::text, true);
        BEGIN
            -- Lasts until the end of this block.
            SET LOCAL transaction_read_only = on;
            EXECUTE format(
                E'SELECT count(*), min(finding::text) FROM (\n%s\n) AS found (finding)',
                rtrim(v_expectation.query, E'; \t\r\n')
            )
            INTO v_found, v_finding;
            v_finding := CASE WHEN v_found > 0 THEN concat_ws(': ', v_found || ' found', v_finding) END;
        EXCEPTION
            WHEN query_canceled OR assert_failure OR OTHERS THEN
                v_is_canceled := SQLSTATE = '57014';
                v_finding := 'the query fails: ' || SQLERRM;
        END;

        UPDATE etl.expectations
        SET checked_at = v_started_at,
            duration = clock_timestamp() - v_started_at,
            finding = internal.clean_reason(v_finding)
        WHERE expectation_name = v_expectation.expectation_name;
        v_checked := v_checked + 1;
        EXIT WHEN v_is_canceled;
    END LOOP;
    RETURN v_checked;
END;
$check_expectations$;

COMMENT ON FUNCTION etl.check_expectations() IS
    'Runs the due queries of etl.expectations and notes their findings; returns how many it ran. A query that fails or writes is a finding, and the others still run; a canceled one is a finding and ends the call. etl.catch_up() and etl.load_days() call it after the loads.';
