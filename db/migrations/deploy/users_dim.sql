-- Deploy warehouse:users_dim to pg
-- requires: schemas
BEGIN;

CREATE TABLE crm.users_dim (
    user_id           text        NOT NULL COLLATE "C",
    valid_from        timestamptz NOT NULL,
    valid_to          timestamptz,
    is_valid          boolean     NOT NULL GENERATED ALWAYS AS (valid_to IS NULL) STORED,
    is_deleted        boolean     NOT NULL,
    username          text,
    user_email        text,
    user_type         text,
    organization_name text,
    plan_name         text,
    event_sk          bigint      NOT NULL,
    CONSTRAINT users_dim_validity_ck CHECK (valid_to > valid_from)
) PARTITION BY RANGE (coalesce(valid_to, 'infinity'));

COMMENT ON TABLE crm.users_dim IS
    'One row a version of a user, valid in [valid_from, valid_to); every instant with an event begins a version.';
COMMENT ON COLUMN crm.users_dim.valid_to IS 'Where the next version begins; null for the open version.';
COMMENT ON COLUMN crm.users_dim.is_valid IS 'The open version, the user''s last known state.';
COMMENT ON COLUMN crm.users_dim.is_deleted IS 'The version began with User Deleted.';
COMMENT ON COLUMN crm.users_dim.event_sk IS 'The event of raw.user_events that began the version.';

-- A load rewrites open rows in place: nothing indexed changes and the page has room, so the update is
-- HOT. It is not the default partition: that would be locked, for readers too, while a period is added.
-- The checks of all partitions let a query name valid_to itself: the planner leaves out what they refute.
CREATE TABLE crm.users_dim_open PARTITION OF crm.users_dim (
    CONSTRAINT users_dim_open_pk PRIMARY KEY (user_id),
    CONSTRAINT users_dim_open_ck CHECK (valid_to IS NULL)
) FOR VALUES FROM ('infinity') TO (MAXVALUE) WITH (fillfactor = 60);

COMMENT ON TABLE crm.users_dim_open IS
    'The open version of each user; closed ones are in users_dim_YYYY_MM by the month of valid_to.';

-- Both staging tables are planned for by their size. What autovacuum notes of an empty table would make
-- the planner expect one row of a day, and join a day to itself row by row.
CREATE UNLOGGED TABLE etl.users_dim_stage (
    user_id                text        NOT NULL COLLATE "C",
    valid_from             timestamptz NOT NULL,
    valid_to               timestamptz,
    is_first               boolean     NOT NULL,
    is_last                boolean     NOT NULL,
    is_late                boolean     NOT NULL,
    is_deleted             boolean     NOT NULL,
    username               text,
    user_email             text,
    user_type              text,
    organization_name      text,
    plan_name              text,
    event_sk               bigint      NOT NULL,
    open_from              timestamptz,
    open_is_deleted        boolean,
    open_username          text,
    open_user_email        text,
    open_user_type         text,
    open_organization_name text,
    open_plan_name         text,
    open_event_sk          bigint
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE etl.users_dim_stage IS
    'The versions of the day that crm.load_users_dim is loading; empty between loads.';
COMMENT ON COLUMN etl.users_dim_stage.valid_to IS 'The user''s next version of the day; null for the last.';
COMMENT ON COLUMN etl.users_dim_stage.is_first IS 'The user''s first version of the day.';
COMMENT ON COLUMN etl.users_dim_stage.is_last IS 'The user''s last version of the day. Like is_first and is_late a column, of which the planner expects half: the stage has no statistics.';
COMMENT ON COLUMN etl.users_dim_stage.is_late IS 'The user has a version on or after the day: it is loaded again, or late.';
COMMENT ON COLUMN etl.users_dim_stage.open_from IS
    'Where the user''s open version began before the load; null for a new user. The other open_ columns are of that version.';

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

COMMIT;
