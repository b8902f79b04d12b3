-- Deploy warehouse:attributes to pg
-- requires: users_dim arrived_events
BEGIN;

ALTER TABLE crm.users_dim ADD COLUMN attributes jsonb;

COMMENT ON COLUMN crm.users_dim.attributes IS
    'What internal.user_attributes takes from the fields of the event that have no column in raw; null without any.';

ALTER TABLE internal.users_dim_stage
    ADD COLUMN attributes jsonb,
    ADD COLUMN open_attributes jsonb;

-- db/migrate makes it anew, with one more column.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS crm.users_at(timestamptz);

COMMIT;
