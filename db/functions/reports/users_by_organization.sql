-- requires: crm.users_current
CREATE OR REPLACE VIEW reports.users_by_organization AS
SELECT organization_name, plan_name, count(*) AS n_users
FROM crm.users_current
GROUP BY organization_name, plan_name;

COMMENT ON VIEW reports.users_by_organization IS 'How many users exist now in each organization, by plan.';
COMMENT ON COLUMN reports.users_by_organization.organization_name IS 'The organization; null for users without one.';
COMMENT ON COLUMN reports.users_by_organization.plan_name IS 'The plan; null for users without one.';
COMMENT ON COLUMN reports.users_by_organization.n_users IS 'How many users of this organization and plan exist now.';
