-- Reads and writes etl.ingests.
-- Rerun: what was summed up is one row a day.
CREATE OR REPLACE FUNCTION etl.thin_ingests()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $thin_ingests$
DECLARE
    v_rows bigint;
BEGIN
    WITH day AS (
        SELECT date_trunc('day', ingested_at) AS day
        FROM etl.ingests
        WHERE ingested_at < date_trunc('day', now()) - interval '2 days'
        GROUP BY day
        HAVING count(*) > 1
    ),
    old AS (
        DELETE FROM etl.ingests AS ingest
        USING day
        WHERE ingest.ingested_at >= day.day
          AND ingest.ingested_at < day.day + interval '1 day'
        RETURNING day.day, ingest.ingested_at, ingest.received, ingest.inserted, ingest.duplicates, ingest.rejected
    ),
    summed AS (
        INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected)
        SELECT max(ingested_at), sum(received), sum(inserted), sum(duplicates), sum(rejected)
        FROM old
        GROUP BY day
    )
    SELECT count(*)
    INTO v_rows
    FROM old;
    RETURN v_rows;
END;
$thin_ingests$;

COMMENT ON FUNCTION etl.thin_ingests() IS
    'Sums up the rows of etl.ingests of each UTC day that ended two days ago into one row; returns how many it summed up. etl.catch_up calls it. An import that is not committed after two days cannot be followed any further.';
