-- Revert warehouse:present_versions from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.count_day_versions(timestamptz, timestamptz),
    internal.stage_users_dim_day(timestamptz, timestamptz, boolean, boolean, boolean);

ALTER TABLE internal.users_dim_stage DROP COLUMN is_present;

COMMIT;
