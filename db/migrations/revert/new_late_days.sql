-- Revert warehouse:new_late_days from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_changed_users(timestamptz, timestamptz, boolean),
    internal.find_late_neighbors(timestamptz, timestamptz, boolean);

COMMIT;
