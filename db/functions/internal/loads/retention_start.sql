-- A body in standard SQL is bound to its names when it is created.
CREATE OR REPLACE FUNCTION internal.retention_start()
    RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT coalesce(max(purged_before)::timestamp AT TIME ZONE 'UTC', '-infinity') FROM etl.purges);

COMMENT ON FUNCTION internal.retention_start() IS
    'From when on raw has its events: what was before, raw.drop_before removed; -infinity when it never ran.';
