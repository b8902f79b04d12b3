-- Revert warehouse:open_place from pg
BEGIN;

ALTER TABLE internal.users_dim_stage DROP COLUMN open_place;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_changed_users(timestamptz, timestamptz, boolean, boolean),
    internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz),
    internal.find_gone_versions(timestamptz, timestamptz);

COMMIT;
