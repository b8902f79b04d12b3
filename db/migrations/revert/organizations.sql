-- Revert warehouse:organizations from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them.
BEGIN;

DROP TABLE crm.organizations_dim CASCADE;
DROP TABLE raw.rejected_organizations CASCADE;
DROP TABLE raw.organizations CASCADE;
DROP TABLE raw.organizations_inbox CASCADE;

COMMIT;
