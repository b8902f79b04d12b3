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
        SELECT date_trunc('day', ingested_at) AS day, import_id
        FROM etl.ingests
        WHERE ingested_at < date_trunc('day', now()) - interval '2 days'
        GROUP BY day, import_id
        HAVING count(*) > 1
    ),
    old AS (
        DELETE FROM etl.ingests AS ingest
        USING day
        WHERE ingest.ingested_at >= day.day
          AND ingest.ingested_at < day.day + interval '1 day'
          AND ingest.import_id IS NOT DISTINCT FROM day.import_id
        RETURNING day.day, ingest.*
    ),
    summed AS (
        INSERT INTO etl.ingests (ingested_at, import_id, positions, event_sks, received, inserted, duplicates, rejected, redelivered)
        SELECT
            max(ingested_at), import_id, range_agg(positions), range_agg(event_sks),
            sum(received), sum(inserted), sum(duplicates), sum(rejected), sum(redelivered)
        FROM old
        GROUP BY day, import_id
    )
    SELECT count(*)
    INTO v_rows
    FROM old;
    RETURN v_rows;
END;
$thin_ingests$;

COMMENT ON FUNCTION etl.thin_ingests() IS
    'Sums up the rows of etl.ingests of each UTC day that ended two days ago into one row, and one more for each file import; returns how many rows it summed up. etl.catch_up calls it.';
