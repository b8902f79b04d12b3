-- Revert warehouse:organization_versions from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    raw.ingest_organizations(),
    internal.organization_fault(jsonb, timestamptz, timestamptz, timestamptz),
    internal.instant_fault(jsonb, text, timestamptz, timestamptz) CASCADE;

DROP TABLE crm.organization_name_history CASCADE;

DELETE FROM raw.organizations AS old
USING raw.organizations AS newer
WHERE newer.organization_key = old.organization_key
  AND (coalesce(newer.version_at, '-infinity'), newer.organization_sk) > (coalesce(old.version_at, '-infinity'), old.organization_sk);

ALTER TABLE raw.organizations
    DROP CONSTRAINT organizations_pk,
    ADD CONSTRAINT organizations_pk PRIMARY KEY (organization_key);
ALTER TABLE raw.organizations
    DROP COLUMN version_at CASCADE,
    DROP COLUMN updated_at,
    DROP COLUMN organization_sk CASCADE;

COMMENT ON TABLE raw.organizations IS 'Each organization as it came last; filled by raw.ingest_organizations.';

COMMIT;
