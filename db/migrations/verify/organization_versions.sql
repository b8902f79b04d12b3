-- Verify warehouse:organization_versions on pg
BEGIN;

SELECT organization_sk, updated_at, version_at FROM raw.organizations WHERE false;
SELECT organization_name, named_from, named_until, organization_key FROM crm.organization_name_history WHERE false;

ROLLBACK;
