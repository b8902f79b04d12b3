-- Deploy warehouse:load_runs to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.load_runs (
    load_run_sk  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    load_name    text        NOT NULL,
    import_date  date        NOT NULL,
    started_at   timestamptz NOT NULL,
    duration     interval    NOT NULL,
    rows_read    bigint      NOT NULL,
    rows_written bigint      NOT NULL,
    snapshot     pg_snapshot NOT NULL,
    CONSTRAINT load_runs_pk PRIMARY KEY (load_run_sk)
);

CREATE INDEX load_runs_last_ix ON etl.load_runs (import_date, load_name, load_run_sk);

COMMENT ON TABLE etl.load_runs IS 'One row a finished load of one day.';
COMMENT ON COLUMN etl.load_runs.load_name IS 'The table that was loaded: users_dim or user_events_daily.';
COMMENT ON COLUMN etl.load_runs.rows_read IS
    'What the day holds: versions for users_dim, events for user_events_daily.';
COMMENT ON COLUMN etl.load_runs.snapshot IS 'What the load could see: events committed later make the day stale.';

COMMIT;
