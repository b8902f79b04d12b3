CREATE OR REPLACE VIEW crm.organization_names AS
SELECT DISTINCT ON (organization_name) organization_name, organization_key
FROM crm.organizations_dim
WHERE organization_name IS NOT NULL
ORDER BY organization_name, created_at, organization_key; -- equivalent: the names may come in any order

COMMENT ON VIEW crm.organization_names IS
    'The organization that a name means: names are not unique, the oldest one stands for its name.';
COMMENT ON COLUMN crm.organization_names.organization_name IS 'The name that events give.';
COMMENT ON COLUMN crm.organization_names.organization_key IS 'The oldest organization of that name.';
