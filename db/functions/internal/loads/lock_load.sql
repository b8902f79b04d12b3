-- Reads and locks etl.loads.
CREATE OR REPLACE FUNCTION internal.lock_load(p_load_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $lock_load$
DECLARE
    -- Of this transaction, as only row locks last: warehouse.last_load is forgotten with them.
    v_last CONSTANT integer := nullif(current_setting('warehouse.last_load', true), '')::integer;
    v_load record;
    v_rows integer;
BEGIN
    FOR v_load IN
        SELECT load.load_name, load.position, load.load_name = p_load_name AS is_own
        FROM etl.loads AS own
        -- What is read of another load's table must not change before it is noted that it was read.
        JOIN etl.loads AS load ON load.load_name = own.load_name OR load.table_name = ANY (own.depends_on)
        WHERE own.load_name = p_load_name
        ORDER BY load.position -- for speed: two sessions that lock the same rows otherwise need the deadlock detector
    LOOP
        -- A row lock, as an advisory lock is anybody's who may connect. Another transaction may wait for the load that we ran before,
        -- and hold this one.
        EXECUTE format(
            'SELECT FROM etl.loads WHERE load_name = $1 FOR %s %s',
            CASE WHEN v_load.is_own THEN 'NO KEY UPDATE' ELSE 'SHARE' END,
            CASE WHEN v_load.position < v_last THEN 'SKIP LOCKED' END -- equivalent: for the same load again, as it is ours
        )
        USING v_load.load_name;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        IF v_rows = 0 THEN
            RAISE EXCEPTION 'the load % runs in another transaction', v_load.load_name
                USING ERRCODE = 'lock_not_available',
                      HINT = 'In one transaction, run the loads in the order of etl.loads; or each in a transaction of its own.';
        END IF;
        PERFORM set_config('warehouse.last_load', v_load.position::text, true)
        WHERE v_load.is_own
          AND (v_load.position < v_last) IS NOT TRUE;
    END LOOP;
END;
$lock_load$;

COMMENT ON FUNCTION internal.lock_load(text) IS
    'Waits for a running load of that name, and for loads of the tables that it reads, and blocks other runs until the end of the transaction. Takes a name of etl.loads. If the transaction holds the lock of a later load, it does not wait: it fails if the load runs elsewhere.';
