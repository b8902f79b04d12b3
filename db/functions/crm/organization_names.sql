CREATE OR REPLACE VIEW crm.organization_names AS
SELECT organization_name, organization_key
FROM crm.organization_name_history
WHERE named_until = 'infinity';

COMMENT ON VIEW crm.organization_names IS
    'The organization that a name means now: of several that have it the one that has had it longest; the last that had it when none has it any more.';
COMMENT ON COLUMN crm.organization_names.organization_name IS 'The name that events give.';
COMMENT ON COLUMN crm.organization_names.organization_key IS 'The organization.';
