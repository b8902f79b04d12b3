-- A body in standard SQL is bound to its names when it is created.
CREATE OR REPLACE FUNCTION internal.retention_start()
    RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT coalesce(max(purged_before)::timestamp AT TIME ZONE 'UTC', '-infinity') FROM etl.purges);

COMMENT ON FUNCTION internal.retention_start() IS
    'Returns the instant from which on raw has its events: raw.drop_before removed all earlier ones; -infinity if it never ran.';
