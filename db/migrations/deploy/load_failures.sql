-- Deploy warehouse:load_failures to pg
-- requires: load_runs
BEGIN;

CREATE TABLE etl.load_failures (
    load_failure_sk bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    load_name       text        NOT NULL,
    import_date     date        NOT NULL,
    started_at      timestamptz NOT NULL,
    failed_at       timestamptz NOT NULL,
    sqlstate        text        NOT NULL,
    message         text        NOT NULL,
    CONSTRAINT load_failures_pk PRIMARY KEY (load_failure_sk)
);

CREATE INDEX load_failures_failed_at_ix ON etl.load_failures (failed_at);

COMMENT ON TABLE etl.load_failures IS
    'One row a load that failed inside etl.catch_up() or etl.load_days(); etl.load_runs has those that did not.';
COMMENT ON COLUMN etl.load_failures.sqlstate IS 'PostgreSQL''s code of the error.';
COMMENT ON COLUMN etl.load_failures.message IS 'The error, without its detail, which may quote a row.';

-- How many loads ran of late is a range of it; so are those that are thinned out.
CREATE INDEX load_runs_started_at_ix ON etl.load_runs (started_at);
DROP INDEX etl.load_runs_arrived_ix;

COMMIT;
