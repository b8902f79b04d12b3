-- Deploy warehouse:purges to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.purges (
    purged_before date        NOT NULL,
    purged_at     timestamptz NOT NULL DEFAULT now(),
    events        bigint      NOT NULL,
    CONSTRAINT purges_pk PRIMARY KEY (purged_before)
);

COMMENT ON TABLE etl.purges IS 'One row a date up to which raw.drop_before removed the events.';
COMMENT ON COLUMN etl.purges.purged_before IS 'The first UTC day that was kept.';

COMMIT;
