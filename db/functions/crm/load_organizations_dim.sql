-- Reads raw.organizations, writes crm.organizations_dim.
-- Rerun: the same raw rows write nothing.
CREATE OR REPLACE FUNCTION crm.load_organizations_dim()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $load_organizations_dim$
DECLARE
    v_rows bigint;
BEGIN
    -- Two loads at once would race on the same keys; the second one waits.
    PERFORM internal.lock_load('organizations_dim');

    INSERT INTO crm.organizations_dim AS dim (organization_key, organization_name, created_at)
    SELECT organization_key, internal.blank_to_null(organization_name), created_at
    FROM raw.organizations
    EXCEPT
    SELECT organization_key, organization_name, created_at
    FROM crm.organizations_dim
    ON CONFLICT (organization_key) DO UPDATE
    SET organization_name = EXCLUDED.organization_name,
        created_at = EXCLUDED.created_at;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END;
$load_organizations_dim$;

COMMENT ON FUNCTION crm.load_organizations_dim() IS
    'Brings crm.organizations_dim to the state of raw.organizations; returns the rows written. A load at the same time waits.';
