-- Revert warehouse:counted_stage from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.stage_users_dim_day(timestamptz, timestamptz, boolean),
    internal.load_users_in_order(date, bigint),
    internal.load_late_users(timestamptz, timestamptz, bigint, bigint, boolean);

COMMIT;
