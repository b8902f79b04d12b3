-- Deploy warehouse:out_of_order to pg
-- requires: present_versions
BEGIN;

ALTER TABLE internal.users_dim_stage RENAME COLUMN is_late TO is_out_of_order;

COMMENT ON COLUMN internal.users_dim_stage.is_out_of_order IS
    'The user has versions on or after the day, also where the day is loaded again.';
COMMENT ON COLUMN internal.users_dim_stage.is_last IS 'The user''s last version of the day. Like is_first and is_out_of_order a column, of which the planner expects half: the stage has no statistics.';
COMMENT ON COLUMN internal.users_dim_stage.is_present IS
    'Of a user out of order, on a day that was loaded before: crm.users_dim has the version as it should be.';

COMMIT;
