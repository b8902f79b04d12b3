-- Deploy warehouse:semantics to pg
-- requires: users_dim
BEGIN;

COMMENT ON COLUMN crm.users_dim.valid_from IS
    'With user_id the key of the version: a fact may keep both. Nothing that is loaded later gives it to another version.';
COMMENT ON COLUMN crm.users_dim.is_valid IS
    'The open version, the user''s last known state; also when that is to be deleted: who exists is in crm.users_current.';
COMMENT ON COLUMN crm.users_dim.event_sk IS
    'The event of raw.user_events that began the version. No key of it: another event at the same instant may take its place.';

COMMIT;
