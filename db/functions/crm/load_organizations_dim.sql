-- requires: internal.organization_holders
-- Reads raw.organizations, writes crm.organizations_dim and crm.organization_name_history.
-- Rerun: the same raw rows write nothing.
CREATE OR REPLACE FUNCTION crm.load_organizations_dim()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $load_organizations_dim$
DECLARE
    v_rows  bigint;
    v_names text[];
BEGIN
    -- Two loads at once would race on the same keys; the second one waits.
    PERFORM internal.lock_load('organizations_dim');

    INSERT INTO crm.organizations_dim AS dim (organization_key, organization_name, created_at)
    SELECT *
    FROM (
        SELECT DISTINCT ON (organization_key) organization_key, internal.blank_to_null(organization_name), created_at
        FROM raw.organizations
        -- equivalent: the keys may come in any order
        ORDER BY organization_key, version_at DESC NULLS LAST, organization_sk DESC
    ) AS newest
    EXCEPT
    SELECT organization_key, organization_name, created_at
    FROM crm.organizations_dim
    ON CONFLICT (organization_key) DO UPDATE
    SET organization_name = EXCLUDED.organization_name,
        created_at = EXCLUDED.created_at;

    GET DIAGNOSTICS v_rows = ROW_COUNT;

    -- A name that is gone from raw stays, as an organization does.
    v_names := ARRAY(
        WITH holder AS MATERIALIZED (
            TABLE internal.organization_holders
        )
        SELECT organization_name
        FROM (
            (TABLE holder EXCEPT TABLE crm.organization_name_history)
            UNION ALL -- for speed: a name may come twice
            (TABLE crm.organization_name_history EXCEPT TABLE holder)
        ) AS changed
        INTERSECT
        SELECT organization_name
        FROM holder
    );
    IF v_rows > 0 OR v_names <> '{}' THEN
        PERFORM internal.note_changed_days('organizations_dim', '{(,)}');
    END IF;
    IF v_names = '{}' THEN -- for speed: the statements below would find nothing
        RETURN v_rows;
    END IF;

    DELETE FROM crm.organization_name_history
    WHERE organization_name = ANY (v_names);
    INSERT INTO crm.organization_name_history (organization_name, named_from, named_until, organization_key)
    SELECT organization_name, named_from, named_until, organization_key
    FROM internal.organization_holders
    WHERE organization_name = ANY (v_names);

    RETURN v_rows;
END;
$load_organizations_dim$;

COMMENT ON FUNCTION crm.load_organizations_dim() IS
    'Brings crm.organizations_dim to the newest version of each organization in raw.organizations, and crm.organization_name_history to their names. Returns the rows written to the first. A concurrent load waits.';
