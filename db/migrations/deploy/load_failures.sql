-- Deploy warehouse:load_failures to pg
-- requires: schemas
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

COMMENT ON TABLE etl.load_failures IS
    'One row a load that failed inside etl.catch_up() or etl.load_days(); etl.load_runs has those that did not.';
COMMENT ON COLUMN etl.load_failures.sqlstate IS 'PostgreSQL''s code of the error.';
COMMENT ON COLUMN etl.load_failures.message IS 'The error, without its detail, which may quote a row.';

COMMIT;
