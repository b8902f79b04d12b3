-- Verify warehouse:organizations on pg
BEGIN;

SELECT body_sk, body
FROM raw.organizations_inbox
WHERE false;

SELECT organization_key, organization_name, created_at, ingested_at
FROM raw.organizations
WHERE false;

SELECT reject_key, body, reason, rejected_at
FROM raw.rejected_organizations
WHERE false;

SELECT organization_key, organization_name, created_at
FROM crm.organizations_dim
WHERE false;

ROLLBACK;
