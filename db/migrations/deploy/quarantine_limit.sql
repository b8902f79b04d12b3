-- Deploy warehouse:quarantine_limit to pg
-- requires: future_events
BEGIN;

ALTER TABLE etl.settings
    ADD COLUMN quarantine_limit bigint NOT NULL DEFAULT 1073741824,
    ADD CONSTRAINT settings_quarantine_limit_ck CHECK (quarantine_limit > 0);

COMMENT ON COLUMN etl.settings.quarantine_limit IS
    'How many bytes of disk the quarantine may take before etl.problems says that it grows.';

COMMIT;
