CREATE OR REPLACE VIEW crm.user_versions AS
WITH version AS NOT MATERIALIZED (
    SELECT dim.*, organization.organization_key
    FROM crm.users_dim AS dim
    -- The organization that had the name when the event gave it.
    LEFT JOIN crm.organization_name_history AS organization
        ON organization.organization_name = dim.organization_name
        AND organization.named_from <= dim.valid_from
        AND organization.named_until > dim.valid_from
)
-- Two branches, so that the end that tools see is a constant in one and valid_to in the other: a condition on it leaves out
-- the periods that its checks refute.
SELECT
    user_id, valid_from, timestamptz '9999-12-31 00:00Z' AS valid_to, true AS is_current, is_deleted,
    username, user_email, user_type, organization_name, organization_key, plan_name, attributes
FROM version
WHERE coalesce(valid_to, 'infinity') = 'infinity'
UNION ALL
SELECT
    user_id, valid_from, valid_to, false, is_deleted,
    username, user_email, user_type, organization_name, organization_key, plan_name, attributes
FROM version
WHERE coalesce(valid_to, 'infinity') < 'infinity';

COMMENT ON VIEW crm.user_versions IS
    'For tools: each version of each user, as in crm.users_dim, with the key of the organization and an end that is never null. user_id and valid_from are the key. A moment t: WHERE valid_from <= t AND valid_to > t AND NOT is_deleted; periods that ended before are not read.';
COMMENT ON COLUMN crm.user_versions.user_id IS 'The id that the producers give; a token if the user was erased.';
COMMENT ON COLUMN crm.user_versions.valid_from IS 'The instant of the event that began the version; with user_id its key.';
COMMENT ON COLUMN crm.user_versions.valid_to IS 'The instant at which the next version begins; 9999-12-31 00:00 UTC if there is none yet.';
COMMENT ON COLUMN crm.user_versions.is_current IS 'Whether it is the user''s last version.';
COMMENT ON COLUMN crm.user_versions.is_deleted IS 'Whether the user does not exist in it. A version that follows is another life of the user.';
COMMENT ON COLUMN crm.user_versions.username IS 'The user''s name; null if it was blank.';
COMMENT ON COLUMN crm.user_versions.user_email IS 'The e-mail address.';
COMMENT ON COLUMN crm.user_versions.user_type IS 'The type.';
COMMENT ON COLUMN crm.user_versions.organization_name IS 'The name of the organization; several organizations may have it.';
COMMENT ON COLUMN crm.user_versions.organization_key IS 'The organization that had that name at valid_from, see crm.organization_name_history; null if none is known.';
COMMENT ON COLUMN crm.user_versions.plan_name IS 'The plan.';
COMMENT ON COLUMN crm.user_versions.attributes IS 'The other fields that internal.user_attributes lists.';
