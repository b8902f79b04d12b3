-- A body in standard SQL is bound to its names when it is created.
-- requires: internal.retention_start
CREATE OR REPLACE FUNCTION internal.can_load(p_load etl.loads, p_day date)
    RETURNS boolean
    LANGUAGE sql STABLE
    RETURN 'raw.user_events' <> ALL ((p_load).depends_on)
        OR p_day::timestamp AT TIME ZONE 'UTC' >= internal.retention_start();

COMMENT ON FUNCTION internal.can_load(etl.loads, date) IS
    'Returns whether a load can run for a UTC day: raw.drop_before did not remove the events of the day, or the load reads none.';
