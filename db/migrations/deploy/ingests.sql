-- Deploy warehouse:ingests to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.ingests (
    ingest_sk   bigint         NOT NULL GENERATED ALWAYS AS IDENTITY,
    ingested_at timestamptz    NOT NULL DEFAULT now(),
    import_id   text,
    positions   int8multirange,
    received    bigint         NOT NULL,
    inserted    bigint         NOT NULL,
    duplicates  bigint         NOT NULL,
    rejected    bigint         NOT NULL,
    CONSTRAINT ingests_pk PRIMARY KEY (ingest_sk),
    CONSTRAINT ingests_counts_ck CHECK (received = inserted + duplicates + rejected)
);

CREATE INDEX ingests_import_id_ix ON etl.ingests (import_id) WHERE import_id IS NOT NULL;

COMMENT ON TABLE etl.ingests IS
    'One row a call of raw.ingest_user_events and file import: what became of the messages.';
COMMENT ON COLUMN etl.ingests.import_id IS 'The file import the messages belong to; null for all others.';
COMMENT ON COLUMN etl.ingests.positions IS 'Which messages of that import these were, counted from 1.';
COMMENT ON COLUMN etl.ingests.duplicates IS 'Already in raw or in quarantine, so not stored again.';

CREATE TABLE etl.arrivals (
    event_date date NOT NULL,
    xid        xid8 NOT NULL,
    CONSTRAINT arrivals_pk PRIMARY KEY (event_date, xid)
);

COMMENT ON TABLE etl.arrivals IS
    'Which transaction brought new events of which day; a load whose snapshot does not see it is stale.';

COMMIT;
