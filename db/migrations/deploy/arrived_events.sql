-- Deploy warehouse:arrived_events to pg
-- requires: ingests load_runs user_events internal
BEGIN;

-- Appended to at its right edge: what arrived since a load is one range of it.
CREATE INDEX user_events_event_sk_ix ON raw.user_events (event_sk);

ALTER TABLE etl.arrivals
    ADD COLUMN event_sks int8multirange,
    ADD COLUMN n_created bigint,
    ADD COLUMN n_updated bigint,
    ADD COLUMN n_deleted bigint;

COMMENT ON COLUMN etl.arrivals.event_sks IS
    'Holds event_sk of each event that the transaction brought, and of none that another one brought. Null when that does not tell what changed: the day is then loaded as a whole.';
COMMENT ON COLUMN etl.arrivals.n_created IS 'How many events of the day of this type it brought; likewise the next two columns.';

ALTER TABLE etl.load_runs
    ADD COLUMN events_arrived bigint,
    ADD COLUMN newest_event timestamptz;

COMMENT ON COLUMN etl.load_runs.events_arrived IS
    'How many events the run loaded, where it loaded only those that had arrived since the last run of the day; null where it compared the whole day.';
COMMENT ON COLUMN etl.load_runs.newest_event IS 'The newest event of the day when the run began; null when it had none.';

CREATE INDEX load_runs_arrived_ix ON etl.load_runs (started_at) WHERE events_arrived IS NOT NULL;

-- Who has no statistics is taken for a table of many rows.
ANALYZE etl.loads;

CREATE UNLOGGED TABLE internal.users_dim_arrived (
    user_id     text        NOT NULL COLLATE "C",
    received_at timestamptz NOT NULL
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE internal.users_dim_arrived IS
    'When crm.load_users_dim loads only what arrived: the instants of these events, and of each user''s other events of the day after the first of them; empty between loads.';

ALTER TABLE internal.users_dim_changed ADD COLUMN changes_from timestamptz NOT NULL;
ALTER TABLE internal.users_dim_neighbors ADD COLUMN changes_from timestamptz NOT NULL;

COMMENT ON COLUMN internal.users_dim_changed.changes_from IS
    'From where on the user''s versions of the day are written anew: the beginning of the day, or the first instant of what arrived.';
COMMENT ON COLUMN internal.users_dim_neighbors.changes_from IS 'As in internal.users_dim_changed.';
COMMENT ON COLUMN internal.users_dim_neighbors.before_from IS
    'Where the version begins that reaches from before changes_from beyond it, and ends at before_to; null for none.';
COMMENT ON COLUMN internal.users_dim_neighbors.n_begun IS 'How many versions begin from changes_from to the end of the day.';

-- db/migrate makes these functions anew, with other parameters or another result.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.stage_users_dim_day(timestamptz, timestamptz),
    internal.load_late_users(timestamptz, timestamptz),
    internal.begin_load(text, date),
    internal.end_load(text, date, timestamptz, pg_snapshot, bigint, bigint);

COMMIT;
