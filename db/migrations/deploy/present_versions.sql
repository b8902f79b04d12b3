-- Deploy warehouse:present_versions to pg
-- requires: new_late_days
BEGIN;

ALTER TABLE internal.users_dim_stage ADD COLUMN is_present boolean NOT NULL;

COMMENT ON COLUMN internal.users_dim_stage.is_present IS
    'Of a late user, on a day that was loaded before: crm.users_dim has the version as it should be.';

-- db/migrate makes functions that compare the day with the dimension when it is read, instead of afterwards.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_changed_users(timestamptz, timestamptz, boolean),
    internal.stage_users_dim_day(timestamptz, timestamptz, boolean);

COMMIT;
