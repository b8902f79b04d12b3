-- Revert warehouse:one_search from pg
BEGIN;

ALTER TABLE internal.users_dim_neighbors DROP COLUMN before_place;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS internal.find_late_neighbors(timestamptz, timestamptz);

COMMIT;
