-- Deploy warehouse:one_search to pg
-- requires: counted_stage
BEGIN;

ALTER TABLE internal.users_dim_neighbors ADD COLUMN before_place tid;

COMMENT ON COLUMN internal.users_dim_neighbors.before_place IS
    'The ctid of the version that reaches into the day from before, by which it is ended without being looked up again; null for none.';

-- db/migrate makes one function that looks for what is around the day, in all periods.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    internal.find_users_dim_neighbors(timestamptz, timestamptz, timestamptz),
    internal.find_users_dim_successors(timestamptz);

COMMIT;
