-- Deploy warehouse:splice_by_user to pg
-- requires: users_dim
BEGIN;

ALTER TABLE etl.users_dim_stage ADD COLUMN first_from timestamptz NOT NULL;

COMMENT ON COLUMN etl.users_dim_stage.first_from IS 'Where the user''s first version of the day begins.';
COMMENT ON COLUMN etl.users_dim_stage.is_last IS 'The user''s last version of the day.';

DROP TABLE etl.users_dim_splice;
DROP FUNCTION IF EXISTS crm.write_users_dim_splice(timestamptz);

CREATE UNLOGGED TABLE etl.users_dim_changed (
    user_id    text        NOT NULL COLLATE "C",
    first_from timestamptz
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE etl.users_dim_changed IS
    'Users with versions on or after the day that is being loaded, of whom one version is not as it should be; empty between loads.';
COMMENT ON COLUMN etl.users_dim_changed.first_from IS 'Where the user''s first version of the day is to begin; null for none.';

CREATE UNLOGGED TABLE etl.users_dim_splice (
    user_id     text        NOT NULL COLLATE "C",
    first_from  timestamptz,
    before_from timestamptz,
    before_to   timestamptz,
    next_from   timestamptz NOT NULL,
    n_begun     bigint      NOT NULL
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE etl.users_dim_splice IS
    'What crm.users_dim has around the day that is being loaded, one row a user of etl.users_dim_changed; empty between loads.';
COMMENT ON COLUMN etl.users_dim_splice.first_from IS 'As in etl.users_dim_changed.';
COMMENT ON COLUMN etl.users_dim_splice.before_from IS
    'Where the version begins that reaches into the day from before, and ends at before_to; null for none.';
COMMENT ON COLUMN etl.users_dim_splice.next_from IS 'Where the first version after the day begins; infinity for none.';
COMMENT ON COLUMN etl.users_dim_splice.n_begun IS 'How many versions begin on the day.';

COMMIT;
