-- Reads etl.cluster and etl.load_runs.
CREATE OR REPLACE FUNCTION internal.is_moved()
    RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $is_moved$
BEGIN
    RETURN NOT EXISTS (
            SELECT
            FROM etl.cluster
            WHERE cluster.system_identifier = (SELECT control.system_identifier FROM pg_control_system() AS control)
              AND cluster.database_oid = (SELECT database.oid FROM pg_database AS database WHERE database.datname = current_database())
        )
        -- A copy of the whole cluster has its identifier, and may have got a dump of what came later.
        OR EXISTS (
            SELECT
            FROM (
                SELECT snapshot
                FROM etl.load_runs
                ORDER BY load_run_sk DESC
                LIMIT 1 -- for speed: the loads before it saw no more
            ) AS newest
            WHERE pg_snapshot_xmax(newest.snapshot) > pg_snapshot_xmax(pg_current_snapshot())
        );
END;
$is_moved$;

COMMENT ON FUNCTION internal.is_moved() IS
    'Returns whether the warehouse came from another cluster or database, by a dump or by logical replication, and internal.settle_in() has not yet run here.';
