CREATE OR REPLACE VIEW crm.organization_names AS
SELECT organization_name, organization_key
FROM crm.organization_name_history
WHERE named_until = 'infinity';

COMMENT ON VIEW crm.organization_names IS
    'The organization that each name means now: of several with the name the one that has had it longest; if none has it any more, the last that had it.';
COMMENT ON COLUMN crm.organization_names.organization_name IS 'The name that events give.';
COMMENT ON COLUMN crm.organization_names.organization_key IS 'The organization.';
