-- Verify warehouse:ingests on pg
BEGIN;

SELECT ingest_sk, ingested_at, import_id, positions, received, inserted, duplicates, rejected
FROM etl.ingests
WHERE false;

SELECT event_date, xid
FROM etl.arrivals
WHERE false;

ROLLBACK;
