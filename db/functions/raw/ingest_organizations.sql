-- Reads and empties raw.organizations_inbox, writes raw.organizations, raw.rejected_organizations and what
-- crm.load_organizations_dim writes.
-- Rerun: the same organizations change nothing and are counted as duplicates.
-- A bad organization, of whatever size, is no error: internal.parse_json has the bounds. A version is skipped when it is the last known one of its
-- version_at.
CREATE OR REPLACE FUNCTION raw.ingest_organizations(
    OUT received   bigint,
    OUT inserted   bigint,
    OUT duplicates bigint,
    OUT rejected   bigint,
    OUT changed    bigint
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $ingest_organizations$
DECLARE
    v_latest CONSTANT timestamptz := clock_timestamp() + (SELECT future_tolerance FROM etl.settings);
BEGIN
    PERFORM internal.begin_change('ingest');
    -- Two files at once would race on the same keys; the second one waits.
    PERFORM internal.lock_load('organizations_dim');

    WITH taken AS (
        DELETE FROM raw.organizations_inbox
        RETURNING body_sk, body
    ),
    judged AS MATERIALIZED (
        SELECT
            taken.body_sk,
            taken.body,
            parsed.content,
            created.created_at,
            updated.updated_at,
            coalesce(
                parsed.fault,
                internal.organization_fault(parsed.content, created.created_at, updated.updated_at, v_latest)
            ) AS reason
        FROM taken
        CROSS JOIN LATERAL internal.parse_json(taken.body) AS parsed
        CROSS JOIN LATERAL internal.parse_instant(internal.string_field(parsed.content, 'created_at')) AS created (created_at)
        CROSS JOIN LATERAL internal.parse_instant(internal.string_field(parsed.content, 'updated_at')) AS updated (updated_at)
    ),
    version AS MATERIALIZED (
        SELECT
            body_sk,
            content ->> 'organization_key' AS organization_key,
            content ->> 'organization_name' AS organization_name,
            created_at,
            updated_at,
            coalesce(updated_at, created_at, '-infinity') AS version_at,
            jsonb_build_array(content ->> 'organization_name', created_at, updated_at) AS state
        FROM judged
        WHERE reason IS NULL
    ),
    known AS MATERIALIZED (
        SELECT
            organization_key,
            organization_sk,
            coalesce(version_at, '-infinity') AS version_at,
            jsonb_build_array(organization_name, created_at, updated_at) AS state
        FROM raw.organizations
        WHERE organization_key IN (SELECT organization_key FROM version) -- for speed: others are not compared
    ),
    last_known AS (
        SELECT DISTINCT ON (organization_key, version_at) organization_key, version_at, state
        FROM known
        ORDER BY organization_key, version_at, organization_sk DESC -- equivalent: keys and instants may come in any order
    ),
    compared AS (
        SELECT
            version.*,
            coalesce(lag(version.state) OVER (of_instant ORDER BY version.body_sk), last_known.state) AS state_before,
            -- The same file again: it has nothing new of this instant, and ends as what is known does.
            bool_and((version.organization_key, version.state) IN (SELECT organization_key, state FROM known)) OVER of_instant
                AND last_known.state = first_value(version.state) OVER (of_instant ORDER BY version.body_sk DESC) AS is_known
        FROM version
        LEFT JOIN last_known USING (organization_key, version_at)
        WINDOW of_instant AS (PARTITION BY version.organization_key, version.version_at)
    ),
    organization AS (
        INSERT INTO raw.organizations (organization_key, organization_name, created_at, updated_at)
        SELECT organization_key, organization_name, created_at, updated_at
        FROM compared
        WHERE is_known IS NOT TRUE
          AND state IS DISTINCT FROM state_before
        ORDER BY body_sk
        RETURNING organization_key
    ),
    new_organization AS (
        SELECT DISTINCT organization_key
        FROM organization
        WHERE organization_key NOT IN (SELECT organization_key FROM known)
    ),
    reject AS (
        INSERT INTO raw.rejected_organizations (reject_key, body, reason)
        SELECT internal.content_key(NULL, body), substr(body, 1, internal.largest_body() + 1), internal.clean_reason(reason)
        FROM judged
        WHERE reason IS NOT NULL
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT
        (SELECT count(*) FROM judged),
        (SELECT count(*) FROM new_organization),
        (SELECT count(*) FROM organization) - (SELECT count(*) FROM new_organization),
        (SELECT count(*) FROM reject)
    INTO received, inserted, changed, rejected;

    duplicates := received - inserted - changed - rejected;

    PERFORM crm.load_organizations_dim();
END;
$ingest_organizations$;

COMMENT ON FUNCTION raw.ingest_organizations() IS
    'Moves organizations from raw.organizations_inbox, filled by COPY, to raw.organizations: judges them, skips known versions, quarantines bad ones, and loads crm.organizations_dim. Returns the outcomes; inserted counts new organizations, changed further versions of known ones.';
