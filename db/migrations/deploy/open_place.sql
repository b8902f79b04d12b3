-- Deploy warehouse:open_place to pg
-- requires: arrived_events
BEGIN;

ALTER TABLE internal.users_dim_stage ADD COLUMN open_place tid;

COMMENT ON COLUMN internal.users_dim_stage.open_place IS
    'The ctid of the user''s open version, by which it is rewritten without being looked up again; null for none.';

-- db/migrate makes these functions anew: they return how many users they found.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_changed_users(timestamptz, timestamptz, boolean, boolean),
    internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz),
    internal.find_gone_versions(timestamptz, timestamptz);

COMMIT;
