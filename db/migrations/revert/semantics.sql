-- Revert warehouse:semantics from pg
BEGIN;

COMMENT ON COLUMN crm.users_dim.valid_from IS NULL;
COMMENT ON COLUMN crm.users_dim.is_valid IS 'The open version, the user''s last known state.';
COMMENT ON COLUMN crm.users_dim.event_sk IS 'The event of raw.user_events that began the version.';

COMMIT;
