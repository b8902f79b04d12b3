-- Deploy warehouse:users_changes to pg
-- requires: event_types
BEGIN;

ALTER TABLE etl.settings
    ADD COLUMN changes_kept interval,
    ADD COLUMN changes_since timestamptz,
    ADD CONSTRAINT settings_changes_kept_ck CHECK (changes_kept > '0' AND (changes_kept IS NULL) = (changes_since IS NULL));

COMMENT ON COLUMN etl.settings.changes_kept IS
    'How long it is known which versions of the dimension changed (crm.users_changed). Null: it is not noted. etl.keep_changes sets it.';
COMMENT ON COLUMN etl.settings.changes_since IS 'Since when it is noted.';

CREATE TABLE internal.users_dim_changes (
    xid        xid8        NOT NULL DEFAULT pg_current_xact_id(),
    user_id    text        NOT NULL COLLATE "C",
    first_from timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
-- All rows of a transaction have the same xid: new ones go to the right edge of the index.
CREATE INDEX users_dim_changes_xid_ix ON internal.users_dim_changes (xid);
ALTER TABLE internal.users_dim_changes REPLICA IDENTITY FULL;

COMMENT ON TABLE internal.users_dim_changes IS
    'The versions of crm.users_dim that a transaction wrote or removed: those of the user that begin at first_from, or after it and before until.';

COMMIT;
