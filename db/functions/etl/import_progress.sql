CREATE OR REPLACE FUNCTION etl.import_progress(
    p_import_id text,
    OUT committed  bigint,
    OUT inserted   bigint,
    OUT duplicates bigint,
    OUT rejected   bigint
)
    LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    -- A message delivered again is in two ingests: it counts once, as what it was the first time.
    WITH ingest AS MATERIALIZED (
        SELECT positions, inserted, rejected
        FROM etl.ingests
        WHERE import_id = p_import_id
    ),
    message AS (
        SELECT coalesce(sum(upper(part) - lower(part)), 0) AS committed
        FROM unnest((SELECT range_agg(positions) FROM ingest)) AS part
    )
    SELECT
        message.committed,
        coalesce(sum(ingest.inserted), 0),
        message.committed - coalesce(sum(ingest.inserted), 0) - coalesce(sum(ingest.rejected), 0),
        coalesce(sum(ingest.rejected), 0)
    FROM message
    LEFT JOIN ingest ON true
    GROUP BY message.committed;
END;

COMMENT ON FUNCTION etl.import_progress(text) IS
    'Returns how many messages of a file import are committed, and their outcomes.';
