-- Deploy warehouse:organization_versions to pg
-- requires: organizations internal
BEGIN;

ALTER TABLE raw.organizations
    ADD COLUMN organization_sk bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN version_at timestamptz GENERATED ALWAYS AS (coalesce(updated_at, created_at)) STORED,
    DROP CONSTRAINT organizations_pk,
    ADD CONSTRAINT organizations_pk PRIMARY KEY (organization_key, organization_sk);

COMMENT ON TABLE raw.organizations IS
    'Each version of an organization that came; filled by raw.ingest_organizations. The last one by version_at counts, of equal ones the last to arrive.';
COMMENT ON COLUMN raw.organizations.organization_sk IS 'Order of arrival, with gaps.';
COMMENT ON COLUMN raw.organizations.updated_at IS 'When the organization became what this version says; null when the file does not tell.';
COMMENT ON COLUMN raw.organizations.version_at IS 'updated_at, or else created_at.';

CREATE TABLE crm.organization_name_history (
    organization_name text        NOT NULL,
    named_from        timestamptz NOT NULL,
    named_until       timestamptz NOT NULL,
    organization_key  text        NOT NULL COLLATE "C",
    CONSTRAINT organization_name_history_pk PRIMARY KEY (organization_name, named_from),
    CONSTRAINT organization_name_history_ck CHECK (named_from < named_until)
);

COMMENT ON TABLE crm.organization_name_history IS
    'Which organization a name means at which time: one at each instant, without a gap, from -infinity to infinity. crm.load_organizations_dim fills it.';
COMMENT ON COLUMN crm.organization_name_history.organization_name IS 'The name that events give.';
COMMENT ON COLUMN crm.organization_name_history.named_from IS 'From this instant on, -infinity in the first row of a name.';
COMMENT ON COLUMN crm.organization_name_history.named_until IS 'Up to this instant, which is not its own; infinity in the last row of a name.';
COMMENT ON COLUMN crm.organization_name_history.organization_key IS 'The organization.';

INSERT INTO crm.organization_name_history (organization_name, named_from, named_until, organization_key)
SELECT DISTINCT ON (organization_name) organization_name, '-infinity', 'infinity', organization_key
FROM crm.organizations_dim
WHERE organization_name IS NOT NULL
ORDER BY organization_name, created_at, organization_key;

-- db/migrate makes them anew, with other parameters or another result.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    raw.ingest_organizations(),
    internal.organization_fault(jsonb, timestamptz),
    internal.instant_fault(jsonb, text, timestamptz) CASCADE;

COMMIT;
