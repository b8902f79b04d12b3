-- etl.stale_dates: what it costs follows the dates with arrivals, not raw or the loads of all times.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

CREATE FUNCTION pg_temp.scans() RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT * FROM etl.stale_dates' INTO v_plan;
    RETURN QUERY SELECT jsonb_path_query(v_plan, '$.** ? (exists (@."Relation Name"))');
END;
$$;

INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot)
SELECT load_name, '2020-01-01'::date + number % 1000, now(), '1 s', 0, 0, '100:110:'
FROM generate_series(1, 5000) AS number
CROSS JOIN unnest(ARRAY['users_dim', 'user_events_daily']) AS load_name;
INSERT INTO etl.arrivals (event_date, xid)
SELECT '2020-01-01'::date + number / 100, number::text::xid8
FROM generate_series(1, 1000) AS number;
ANALYZE etl.load_runs, etl.arrivals;

SELECT is(
    (SELECT array_agg(DISTINCT scan ->> 'Relation Name' ORDER BY scan ->> 'Relation Name') FROM pg_temp.scans() AS scan),
    ARRAY['arrivals', 'load_runs', 'loads', 'outdated_days'], 'it reads arrivals, loads and outdated days only'
);
SET LOCAL enable_seqscan = off; -- arrivals of few days fit into a page
SET LOCAL enable_bitmapscan = off; -- as good, where a random page costs more
SELECT is_empty(
    $$
        SELECT scan
        FROM pg_temp.scans() AS scan
        WHERE scan ->> 'Relation Name' NOT IN ('loads', 'outdated_days') -- a row a table, a row a stale day
          AND (scan ->> 'Node Type' NOT LIKE 'Index%'
              OR NOT scan ? 'Index Cond' AND scan ->> 'Relation Name' <> 'arrivals')
    $$,
    'by index, and of the loads only those of a date with arrivals'
);

SELECT * FROM finish();
ROLLBACK;
