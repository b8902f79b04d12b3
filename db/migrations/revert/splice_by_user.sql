-- Revert warehouse:splice_by_user from pg
BEGIN;

DROP TABLE etl.users_dim_splice;
DROP TABLE etl.users_dim_changed;

CREATE UNLOGGED TABLE etl.users_dim_splice (
    is_new            boolean     NOT NULL,
    user_id           text        NOT NULL COLLATE "C",
    valid_from        timestamptz,
    valid_to          timestamptz,
    is_deleted        boolean,
    username          text,
    user_email        text,
    user_type         text,
    organization_name text,
    plan_name         text,
    event_sk          bigint,
    old_valid_to      timestamptz
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE etl.users_dim_splice IS
    'For users with versions on or after the day being loaded, when one of them changes: the rows around the day as they are, and those to write.';
COMMENT ON COLUMN etl.users_dim_splice.is_new IS
    'False: as it is in crm.users_dim; without valid_from where the user has no version up to the day. True: as it should be.';
COMMENT ON COLUMN etl.users_dim_splice.old_valid_to IS
    'What valid_to is in crm.users_dim, infinity for the open version; null for a row to insert.';

ALTER TABLE etl.users_dim_stage DROP COLUMN first_from;

COMMENT ON COLUMN etl.users_dim_stage.is_last IS 'The user''s last version of the day. Like is_first and is_late a column, of which the planner expects half: the stage has no statistics.';

COMMIT;
