-- Revert warehouse:out_of_order from pg
BEGIN;

ALTER TABLE internal.users_dim_stage RENAME COLUMN is_out_of_order TO is_late;

COMMENT ON COLUMN internal.users_dim_stage.is_late IS 'The user has a version on or after the day: it is loaded again, or late.';
COMMENT ON COLUMN internal.users_dim_stage.is_last IS 'The user''s last version of the day. Like is_first and is_late a column, of which the planner expects half: the stage has no statistics.';
COMMENT ON COLUMN internal.users_dim_stage.is_present IS
    'Of a late user, on a day that was loaded before: crm.users_dim has the version as it should be.';

COMMIT;
