-- Reads and empties raw.organizations_inbox, writes raw.organizations, raw.rejected_organizations and crm.organizations_dim.
-- Rerun: the same organizations change nothing and are counted as duplicates.
CREATE OR REPLACE FUNCTION raw.ingest_organizations(
    OUT received   bigint,
    OUT inserted   bigint,
    OUT duplicates bigint,
    OUT rejected   bigint
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $ingest_organizations$
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
            instant.created_at,
            coalesce(parsed.fault, internal.organization_fault(parsed.content, instant.created_at)) AS reason
        FROM taken
        CROSS JOIN LATERAL internal.parse_json(taken.body) AS parsed
        CROSS JOIN LATERAL internal.parse_instant(internal.string_field(parsed.content, 'created_at')) AS instant (created_at)
    ),
    last_of_key AS (
        SELECT DISTINCT ON (content ->> 'organization_key')
            content ->> 'organization_key' AS organization_key,
            content ->> 'organization_name' AS organization_name,
            created_at
        FROM judged
        WHERE reason IS NULL
        ORDER BY content ->> 'organization_key', body_sk DESC -- equivalent: the keys may come in any order
    ),
    organization AS (
        INSERT INTO raw.organizations AS known (organization_key, organization_name, created_at)
        SELECT organization_key, organization_name, created_at
        FROM last_of_key
        WHERE NOT EXISTS (
            SELECT
            FROM raw.organizations AS same
            WHERE same.organization_key = last_of_key.organization_key
              AND (same.organization_name, same.created_at)
                  IS NOT DISTINCT FROM (last_of_key.organization_name, last_of_key.created_at)
        )
        ON CONFLICT (organization_key) DO UPDATE
        SET organization_name = EXCLUDED.organization_name,
            created_at = EXCLUDED.created_at,
            ingested_at = EXCLUDED.ingested_at
        RETURNING 1
    ),
    reject AS (
        INSERT INTO raw.rejected_organizations (reject_key, body, reason)
        SELECT internal.content_key(NULL, body), body, internal.clean_reason(reason)
        FROM judged
        WHERE reason IS NOT NULL
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM organization), (SELECT count(*) FROM reject)
    INTO received, inserted, rejected;

    duplicates := received - inserted - rejected;

    PERFORM crm.load_organizations_dim();
END;
$ingest_organizations$;

COMMENT ON FUNCTION raw.ingest_organizations() IS
    'Takes what COPY put into raw.organizations_inbox: validates, keeps the last of each organization_key, quarantines the rest, and brings crm.organizations_dim up to date; returns what became of it (inserted: new or changed). A bad organization is no error, nor is one of any size: internal.parse_json has the bounds.';
