-- Deploy warehouse:catch_up_schedule to pg
-- requires: ingests
BEGIN;

ALTER TABLE etl.arrivals ADD COLUMN arrived_at timestamptz NOT NULL DEFAULT now();

COMMENT ON COLUMN etl.arrivals.arrived_at IS 'When the transaction began.';

CREATE TABLE etl.catch_up_schedule (
    every         interval    NOT NULL,
    last_begun_at timestamptz NOT NULL,
    CONSTRAINT catch_up_schedule_every_ck CHECK (every > '0')
);

CREATE UNIQUE INDEX catch_up_schedule_one_ix ON etl.catch_up_schedule ((true));

COMMENT ON TABLE etl.catch_up_schedule IS
    'How often etl.catch_up() is to run and when it began last, by whoever calls it on schedule; empty when nobody does.';

COMMIT;
