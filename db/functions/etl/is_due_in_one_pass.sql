-- Reads etl.arrivals, etl.load_runs, internal.outdated_days and internal.history.
CREATE OR REPLACE FUNCTION etl.is_due_in_one_pass(p_load_names text[], p_dates date[])
    RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $is_due_in_one_pass$
DECLARE
    -- An event costs so many times more in the load of its day than in one pass over all of them.
    c_gain  CONSTANT bigint := 3::bigint;
    -- Of fewer, the exchange of the partitions takes longer than their loads.
    c_many  CONSTANT bigint := 100000::bigint;
    -- The bytes that an event takes in raw. The statistics may not know yet how many there are.
    c_width CONSTANT bigint := 200::bigint;
    v_wish  CONSTANT text := nullif(current_setting('warehouse.in_one_pass', true), '');
    v_due   bigint;
BEGIN
    IF ('users_dim' = ANY (p_load_names)) IS NOT TRUE OR NOT v_wish::boolean THEN
        RETURN false;
    END IF;

    IF v_wish IS NULL THEN
        v_due := (
            SELECT sum(waiting.n_events + CASE WHEN outdated.import_date IS NULL THEN 0 ELSE coalesce(last_load.rows_read, 0) END)::bigint
            FROM unnest(p_load_names, p_dates) AS asked (load_name, import_date)
            LEFT JOIN internal.outdated_days AS outdated USING (load_name, import_date)
            CROSS JOIN LATERAL internal.last_load(asked.load_name, asked.import_date) AS last_load
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(n_events), 0) AS n_events
                FROM etl.arrivals
                WHERE event_date = asked.import_date
                  AND pg_visible_in_snapshot(xid, last_load.snapshot) IS NOT TRUE
            ) AS waiting
            WHERE asked.load_name = 'users_dim'
        );
        -- A call that was ended before is not tried again.
        IF v_due < c_many OR v_due * c_gain <= pg_relation_size('raw.user_events') / c_width OR EXISTS (SELECT FROM internal.history) THEN
            RETURN false;
        END IF;
    END IF;
    -- Last, as every catch-up asks, and few have so much to load.
    RETURN internal.exchange_obstacle() IS NULL;
END;
$is_due_in_one_pass$;

COMMENT ON FUNCTION etl.is_due_in_one_pass(text[], date[]) IS
    'Whether loads, by name and UTC day, take less time in one pass over all of raw than day by day. SET warehouse.in_one_pass = on or off decides it by hand. Never where partitions cannot be exchanged.';
