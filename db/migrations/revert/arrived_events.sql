-- Revert warehouse:arrived_events from pg
BEGIN;

DROP TABLE internal.users_dim_arrived;
ALTER TABLE etl.load_runs DROP COLUMN events_arrived;
ALTER TABLE etl.arrivals
    DROP COLUMN event_sks,
    DROP COLUMN n_created,
    DROP COLUMN n_updated,
    DROP COLUMN n_deleted;
DROP INDEX raw.user_events_event_sk_ix;

COMMIT;
