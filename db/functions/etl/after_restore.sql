-- Writes etl.arrivals and etl.load_runs.
-- Rerun: makes days stale again that were loaded since; loading them writes nothing.
CREATE OR REPLACE FUNCTION etl.after_restore()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $after_restore$
BEGIN
    -- In another cluster transactions are counted anew. So: no load has seen any transaction,
    -- and what has arrived came in one that every load to come will see.
    UPDATE etl.load_runs SET snapshot = '1:1:';

    DELETE FROM etl.arrivals AS arrival
    USING etl.arrivals AS other
    WHERE arrival.event_date = other.event_date
      AND arrival.xid > other.xid;
    UPDATE etl.arrivals SET xid = '1', event_sks = NULL;

    RETURN (SELECT count(DISTINCT import_date) FROM etl.stale_dates);
END;
$after_restore$;

COMMENT ON FUNCTION etl.after_restore() IS
    'To be called once when pg_dump''s copy of the warehouse was restored into another cluster, before anything arrives there: makes etl.stale_dates exact again; returns how many days are stale.';
