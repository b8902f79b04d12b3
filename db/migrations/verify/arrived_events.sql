-- Verify warehouse:arrived_events on pg
BEGIN;

SELECT 'raw.user_events_event_sk_ix'::regclass, 'etl.load_runs_arrived_ix'::regclass;

SELECT event_sks, n_created, n_updated, n_deleted
FROM etl.arrivals
WHERE false;

SELECT events_arrived, newest_event
FROM etl.load_runs
WHERE false;

SELECT user_id, received_at
FROM internal.users_dim_arrived
WHERE false;

SELECT changed.changes_from, neighbor.changes_from
FROM internal.users_dim_changed AS changed
CROSS JOIN internal.users_dim_neighbors AS neighbor
WHERE false;

ROLLBACK;
