-- Deploy warehouse:rules_of_data to pg
-- requires: rules sequences
BEGIN;

ALTER TABLE etl.loads ADD COLUMN decided_by text;

COMMENT ON COLUMN etl.loads.decided_by IS
    'The view or function that decides what the load writes, given its events: when it changes, or what it uses, the loaded days are stale. Null: load_function itself.';

UPDATE etl.loads SET decided_by = 'internal.user_states' WHERE load_name = 'users_dim';
UPDATE etl.loads SET decided_by = 'internal.counted_events' WHERE load_name = 'user_events_daily';

-- Until now rules were the text of all that a load called. What was made by the last of these counts as made by those that
-- db/migrate notes next; what was made by older ones stays so.
UPDATE etl.load_runs AS load_run
SET rules = NULL
FROM etl.loads AS load
JOIN etl.rules AS present ON present.load_name = load.load_name AND present.fingerprint = load.rules
JOIN etl.rules AS same ON same.load_name = present.load_name AND same.same_as = present.same_as
WHERE load_run.load_name = load.load_name
  AND load_run.rules = same.fingerprint;

COMMENT ON TABLE etl.rules IS
    'One row for each set of rules that a load has had: what etl.loads.decided_by names, and all views and functions that this one uses.';
COMMENT ON COLUMN etl.rules.fingerprint IS 'A hash of their definitions.';

-- db/migrate makes it anew, with other columns.
SET LOCAL client_min_messages = warning;
DROP VIEW IF EXISTS internal.user_states;

COMMIT;
