-- Deploy warehouse:counted_stage to pg
-- requires: open_place
BEGIN;

-- db/migrate makes these functions anew: the staged day is counted once, and its counts are passed on.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.stage_users_dim_day(timestamptz, timestamptz, boolean),
    internal.load_users_in_order(date),
    internal.load_late_users(timestamptz, timestamptz, bigint, boolean);

COMMIT;
