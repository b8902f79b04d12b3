-- Deploy warehouse:consumers to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.consumers (
    consumer       text        NOT NULL,
    queue          text        NOT NULL,
    heard_at       timestamptz NOT NULL DEFAULT now(),
    unacknowledged bigint      NOT NULL,
    held_since     timestamptz,
    CONSTRAINT consumers_pk PRIMARY KEY (consumer)
);

COMMENT ON TABLE etl.consumers IS
    'The consumers, as each says of itself every ten seconds; one that ends takes its row away, one that is killed cannot.';
COMMENT ON COLUMN etl.consumers.consumer IS 'Its host and process.';
COMMENT ON COLUMN etl.consumers.queue IS 'The queue that it consumes.';
COMMENT ON COLUMN etl.consumers.heard_at IS 'When it reached the database last.';
COMMENT ON COLUMN etl.consumers.unacknowledged IS 'How many messages it held then: delivered, and not yet committed.';
COMMENT ON COLUMN etl.consumers.held_since IS 'Since when it has committed none of them; null when it held none.';

COMMIT;
