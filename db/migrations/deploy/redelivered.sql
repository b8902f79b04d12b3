-- Deploy warehouse:redelivered to pg
-- requires: ingests
BEGIN;

ALTER TABLE etl.ingests ADD COLUMN redelivered bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN etl.ingests.redelivered IS
    'How many of the duplicates the broker delivered again, after a consumer or a connection was lost.';

COMMIT;
