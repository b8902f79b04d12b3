-- requires: crm.organization_names
CREATE OR REPLACE VIEW crm.users_current AS
SELECT
    dim.user_id,
    dim.username,
    dim.user_email,
    dim.user_type,
    dim.organization_name,
    organization.organization_key,
    dim.plan_name,
    dim.valid_from,
    dim.attributes
-- The partition by name: to find it, a query of crm.users_dim locks every period.
FROM crm.users_dim_open AS dim
LEFT JOIN crm.organization_names AS organization USING (organization_name)
WHERE NOT dim.is_deleted;

COMMENT ON VIEW crm.users_current IS
    'Each user that exists, in the last known state, with the key of the organization.';
