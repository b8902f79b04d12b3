-- Deploy warehouse:rebuilds to pg
-- requires: attributes
BEGIN;

CREATE UNLOGGED TABLE internal.users_dim_differences (
    user_id           text        NOT NULL COLLATE "C",
    valid_from        timestamptz NOT NULL,
    change            text        NOT NULL,
    valid_to          timestamptz,
    is_deleted        boolean,
    username          text,
    user_email        text,
    user_type         text,
    organization_name text,
    plan_name         text,
    event_sk          bigint,
    attributes        jsonb
) WITH (autovacuum_enabled = false);

COMMENT ON TABLE internal.users_dim_differences IS
    'The versions that etl.rebuild_users_dim found to differ from crm.users_dim; empty but while it runs.';
COMMENT ON COLUMN internal.users_dim_differences.change IS
    'added, changed or removed; of a version that is removed there is only the key.';

COMMIT;
