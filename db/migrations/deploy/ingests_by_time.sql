-- Deploy warehouse:ingests_by_time to pg
-- requires: ingests
BEGIN;

-- etl.thin_ingests looks for the old ones.
CREATE INDEX ingests_ingested_at_ix ON etl.ingests (ingested_at);

COMMIT;
