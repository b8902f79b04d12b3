CREATE OR REPLACE VIEW etl.ingest_totals AS
SELECT
    coalesce(sum(received), 0)::bigint AS received,
    coalesce(sum(inserted), 0)::bigint AS inserted,
    coalesce(sum(duplicates), 0)::bigint AS duplicates,
    coalesce(sum(rejected), 0)::bigint AS rejected,
    max(ingested_at) AS last_at,
    coalesce(sum(redelivered), 0)::bigint AS redelivered
FROM etl.ingests;

COMMENT ON VIEW etl.ingest_totals IS 'The outcomes of all messages ever received.';
COMMENT ON COLUMN etl.ingest_totals.received IS 'How many messages arrived.';
COMMENT ON COLUMN etl.ingest_totals.inserted IS 'How many were new events.';
COMMENT ON COLUMN etl.ingest_totals.duplicates IS 'How many had arrived before.';
COMMENT ON COLUMN etl.ingest_totals.rejected IS 'How many went to quarantine.';
COMMENT ON COLUMN etl.ingest_totals.last_at IS 'When the last message arrived.';
COMMENT ON COLUMN etl.ingest_totals.redelivered IS
    'How many of the duplicates the broker delivered again after it lost a consumer or a connection; their producers did not send them twice.';
