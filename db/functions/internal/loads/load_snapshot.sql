-- PostgreSQL's own snapshot counts the transaction among the committed as soon as a later one has ended.
CREATE OR REPLACE FUNCTION internal.load_snapshot()
    RETURNS pg_snapshot
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT CASE
        WHEN pg_visible_in_snapshot(own.xid, seen.snapshot) THEN format(
            '%s:%s:%s',
            least(own.xid, pg_snapshot_xmin(seen.snapshot)),
            pg_snapshot_xmax(seen.snapshot),
            (SELECT string_agg(xid::text, ',' ORDER BY xid) FROM (SELECT own.xid UNION ALL SELECT pg_snapshot_xip(seen.snapshot)) AS running (xid))
        )::pg_snapshot
        ELSE seen.snapshot
    END
    FROM (SELECT pg_current_xact_id() AS xid) AS own
    CROSS JOIN (SELECT pg_current_snapshot() AS snapshot) AS seen
);

COMMENT ON FUNCTION internal.load_snapshot() IS
    'Returns the transactions that the calling statement sees as committed, without its own transaction: events that this one brings after a load are new to the next load.';
