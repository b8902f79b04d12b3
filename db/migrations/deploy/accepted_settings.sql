-- Deploy warehouse:accepted_settings to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.accepted_settings (
    setting     text        NOT NULL,
    value       text        NOT NULL,
    reason      text        NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    accepted_by text        NOT NULL DEFAULT session_user,
    CONSTRAINT accepted_settings_pk PRIMARY KEY (setting)
);

COMMENT ON TABLE etl.accepted_settings IS
    'Settings of the server that etl.problems would list, and that are right on this platform. DELETE takes one back; a dump takes them to another server, where they have to be looked at again.';
COMMENT ON COLUMN etl.accepted_settings.setting IS 'Its name.';
COMMENT ON COLUMN etl.accepted_settings.value IS 'The value that is no problem; any other one is.';
COMMENT ON COLUMN etl.accepted_settings.reason IS 'Why it is right here.';
COMMENT ON COLUMN etl.accepted_settings.accepted_at IS 'When it was accepted.';
COMMENT ON COLUMN etl.accepted_settings.accepted_by IS 'By whom.';

COMMIT;
