-- Deploy warehouse:history to pg
-- requires: outdated_since
BEGIN;

CREATE TABLE internal.history (
    pid      integer     NOT NULL,
    began_at timestamptz NOT NULL,
    snapshot pg_snapshot,
    last_run bigint,
    ground   text,
    days     date[]
);
CREATE UNIQUE INDEX history_one_ix ON internal.history ((true));
ALTER TABLE internal.history REPLICA IDENTITY FULL;
COMMENT ON TABLE internal.history IS 'The call of etl.build_history that is at work, or was ended before the exchange; no row otherwise.';

CREATE TABLE internal.history_days (
    import_date  date   NOT NULL CONSTRAINT history_days_pk PRIMARY KEY,
    n_versions   bigint NOT NULL,
    newest_event timestamptz
);
COMMENT ON TABLE internal.history_days IS 'Of the same, the UTC days and how many versions begin on each.';

ALTER TABLE internal.outdated_days ADD COLUMN reason text NOT NULL DEFAULT 'the rules changed';

COMMIT;
