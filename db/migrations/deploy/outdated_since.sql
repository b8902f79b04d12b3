-- Deploy warehouse:outdated_since to pg
-- requires: rules
BEGIN;

ALTER TABLE internal.outdated_days ADD COLUMN since timestamptz NOT NULL DEFAULT now();

COMMENT ON COLUMN internal.outdated_days.since IS 'When that was found.';

COMMIT;
