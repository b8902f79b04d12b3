-- Reads and locks etl.loads.
CREATE OR REPLACE FUNCTION internal.lock_load(p_load_name text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $lock_load$
DECLARE
    v_position CONSTANT integer := (SELECT position FROM etl.loads WHERE load_name = p_load_name);
    -- Of this transaction, as only row locks last: warehouse.last_load is forgotten with them.
    v_last     CONSTANT text := current_setting('warehouse.last_load', true);
BEGIN
    -- A row lock, as an advisory lock is anybody's who may connect.
    IF v_position < nullif(v_last, '')::integer THEN -- equivalent: for the same load again, as it is ours
        -- Another transaction may wait for the load that we ran before, and hold this one.
        PERFORM 1 FROM etl.loads WHERE load_name = p_load_name FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the load % runs in another transaction', p_load_name
                USING ERRCODE = 'lock_not_available',
                      HINT = 'In one transaction, run the loads in the order of etl.loads; or each in a transaction of its own.';
        END IF;
    ELSE
        PERFORM 1 FROM etl.loads WHERE load_name = p_load_name FOR UPDATE;
        PERFORM set_config('warehouse.last_load', v_position::text, true);
    END IF;
END;
$lock_load$;

COMMENT ON FUNCTION internal.lock_load(text) IS
    'Waits for a running load of that name, and blocks other runs until the end of the transaction. Takes a name of etl.loads. If the transaction holds the lock of a later load, it does not wait: it fails if the load runs elsewhere.';
