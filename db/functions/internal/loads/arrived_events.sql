-- Reads etl.arrivals, etl.load_runs and internal.outdated_days.
-- The multirange holds these events of the day, as far as a snapshot shows them, and no other. Too much is as much as makes the whole
-- day cheaper.
CREATE OR REPLACE FUNCTION internal.arrived_events(
    p_load_name   text,
    p_import_date date,
    p_snapshot    pg_snapshot,
    OUT event_sks int8multirange,
    OUT n_total   bigint
)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $arrived_events$
DECLARE
    -- So many are looked up one by one in less time than any load takes.
    c_few       CONSTANT bigint := 1000::bigint;
    v_last_load CONSTANT etl.load_runs := internal.last_load(p_load_name, p_import_date);
BEGIN
    SELECT range_agg(arrival.event_sks), sum(arrival.n_events)::bigint
    INTO event_sks, n_total
    FROM etl.arrivals AS arrival
    WHERE arrival.event_date = p_import_date
      AND NOT pg_visible_in_snapshot(arrival.xid, v_last_load.snapshot)
      AND pg_visible_in_snapshot(arrival.xid, p_snapshot)
      AND NOT EXISTS (
          SELECT
          FROM internal.outdated_days AS outdated
          WHERE outdated.load_name = p_load_name
            AND outdated.import_date = p_import_date
      )
    HAVING bool_and(arrival.event_sks IS NOT NULL)
       -- Beyond that share it takes less time to read the day from one end to the other.
       AND sum(arrival.n_events) <= greatest(c_few, v_last_load.rows_read / 8);
END;
$arrived_events$;

COMMENT ON FUNCTION internal.arrived_events(text, date, pg_snapshot) IS
    'Returns the events of a UTC day that arrived since its last load, as a multirange of event_sk, and their number. Null if the whole day is to be loaded: it never was, its rules changed, nothing or too much arrived, or more than new events changed.';
