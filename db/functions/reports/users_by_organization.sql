-- requires: crm.users_current
CREATE OR REPLACE VIEW reports.users_by_organization AS
SELECT organization_name, plan_name, count(*) AS n_users
FROM crm.users_current
GROUP BY organization_name, plan_name;

COMMENT ON VIEW reports.users_by_organization IS 'How many users exist now in each organization, by plan.';
