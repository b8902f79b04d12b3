CREATE OR REPLACE VIEW etl.ingest_totals AS
SELECT
    coalesce(sum(received), 0)::bigint AS received,
    coalesce(sum(inserted), 0)::bigint AS inserted,
    coalesce(sum(duplicates), 0)::bigint AS duplicates,
    coalesce(sum(rejected), 0)::bigint AS rejected,
    max(ingested_at) AS last_at
FROM etl.ingests;

COMMENT ON VIEW etl.ingest_totals IS 'What became of all messages ever received.';
