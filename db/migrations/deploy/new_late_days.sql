-- Deploy warehouse:new_late_days to pg
-- requires: autovacuum
BEGIN;

-- db/migrate makes these functions anew: a late day that was not loaded is compared with nothing.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_changed_users(timestamptz, timestamptz, boolean, boolean),
    internal.find_late_neighbors(timestamptz, timestamptz);

COMMIT;
