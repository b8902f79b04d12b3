-- Revert warehouse:arrived_events from pg
BEGIN;

DROP TABLE internal.users_dim_arrived;
ALTER TABLE internal.users_dim_changed DROP COLUMN changes_from;
ALTER TABLE internal.users_dim_neighbors DROP COLUMN changes_from;
COMMENT ON COLUMN internal.users_dim_neighbors.before_from IS
    'Where the version begins that reaches into the day from before, and ends at before_to; null for none.';
COMMENT ON COLUMN internal.users_dim_neighbors.n_begun IS 'How many versions begin on the day.';
ALTER TABLE etl.load_runs
    DROP COLUMN events_arrived,
    DROP COLUMN newest_event;
ALTER TABLE etl.arrivals
    DROP COLUMN event_sks,
    DROP COLUMN n_created,
    DROP COLUMN n_updated,
    DROP COLUMN n_deleted;
DROP INDEX raw.user_events_event_sk_ix;

COMMIT;
