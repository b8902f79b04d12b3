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
FROM crm.users_dim AS dim
-- The organization that had the name when the event gave it.
LEFT JOIN crm.organization_name_history AS organization
    ON organization.organization_name = dim.organization_name
    AND organization.named_from <= dim.valid_from
    AND organization.named_until > dim.valid_from
-- The partition key: the others are not read. Not the partition by name, for which etl.build_history puts another one.
WHERE coalesce(dim.valid_to, 'infinity') = 'infinity'
  AND NOT dim.is_deleted;

COMMENT ON VIEW crm.users_current IS
    'Each existing user in the last known state, with the key of the organization.';
COMMENT ON COLUMN crm.users_current.user_id IS 'The id that the producers give; a token if the user was erased.';
COMMENT ON COLUMN crm.users_current.username IS 'The user''s name in the last event; null if it was blank.';
COMMENT ON COLUMN crm.users_current.user_email IS 'The e-mail address in the last event.';
COMMENT ON COLUMN crm.users_current.user_type IS 'The type in the last event.';
COMMENT ON COLUMN crm.users_current.organization_name IS 'The name of the organization in the last event; several organizations may have it.';
COMMENT ON COLUMN crm.users_current.organization_key IS 'The organization that had that name at valid_from, see crm.organization_name_history; null if none is known.';
COMMENT ON COLUMN crm.users_current.plan_name IS 'The plan in the last event.';
COMMENT ON COLUMN crm.users_current.valid_from IS 'The instant of the last event.';
COMMENT ON COLUMN crm.users_current.attributes IS 'The other fields that internal.user_attributes lists.';
