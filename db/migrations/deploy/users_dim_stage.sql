-- Deploy warehouse:users_dim_stage to pg
-- requires: users_dim
BEGIN;

-- The stage is empty between loads.
ALTER TABLE etl.users_dim_stage
    ADD COLUMN is_last boolean NOT NULL,
    ADD COLUMN is_late boolean NOT NULL;

COMMENT ON COLUMN etl.users_dim_stage.is_last IS 'The user''s last version of the day. Like is_first and is_late a column, of which the planner expects half: the stage has no statistics.';
COMMENT ON COLUMN etl.users_dim_stage.is_late IS 'The user has a version on or after the day: it is loaded again, or late.';

COMMIT;
