-- Revert warehouse:rules_of_data from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

ALTER TABLE etl.loads DROP COLUMN decided_by CASCADE;
DROP VIEW IF EXISTS internal.user_states CASCADE;

COMMENT ON TABLE etl.rules IS
    'One row for each set of rules that a load has had: the SQL of its function, and of all functions and views that this one uses.';
COMMENT ON COLUMN etl.rules.fingerprint IS 'A hash of that SQL without comments and layout.';

COMMIT;
