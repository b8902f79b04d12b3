-- requires: internal.blank_to_null
CREATE OR REPLACE VIEW internal.organization_holders AS
SELECT *
FROM (
    SELECT
        organization_name,
        named_from,
        -- equivalent: they come in this order, which nobody promises
        lead(named_from, 1, 'infinity') OVER (PARTITION BY organization_name ORDER BY last_until) AS named_until,
        organization_key
    FROM (
        SELECT
            organization_name,
            organization_key,
            named_until AS last_until,
            -- Whoever has the name when the one before gives it up, or else takes it next.
            CASE WHEN earlier_until IS NULL THEN '-infinity' ELSE greatest(earlier_until, named_from) END AS named_from
        FROM (
            SELECT
                spell.*,
                max(named_until) OVER (
                    PARTITION BY organization_name
                    ORDER BY named_from, organization_key
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS earlier_until
            FROM (
                SELECT
                    version.*,
                    lead(named_from, 1, 'infinity') OVER (
                        PARTITION BY organization_key
                        -- equivalent: they come in the order of organization_sk, which nobody promises
                        ORDER BY version_at NULLS FIRST, organization_sk
                    ) AS named_until
                FROM (
                    SELECT
                        organization_key,
                        organization_sk,
                        internal.blank_to_null(organization_name) AS organization_name,
                        version_at,
                        least(
                            CASE
                                WHEN lag(organization_sk) OVER in_order IS NULL
                                    THEN coalesce(least(created_at, version_at), ingested_at)
                                -- A change whose time is not known counts from its arrival, and ends with the next that is.
                                WHEN version_at = lag(version_at) OVER in_order OR version_at IS NULL
                                    THEN greatest(version_at, ingested_at)
                                ELSE version_at
                            END,
                            min(version_at) OVER ( -- equivalent: of one instant
                                PARTITION BY organization_key
                                ORDER BY version_at NULLS FIRST
                                GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING -- equivalent: those that follow are later
                            )
                        ) AS named_from
                    FROM raw.organizations
                    -- equivalent: they come in the order of organization_sk, which nobody promises
                    WINDOW in_order AS (PARTITION BY organization_key ORDER BY version_at NULLS FIRST, organization_sk)
                ) AS version
            ) AS spell
            WHERE organization_name IS NOT NULL
        ) AS spell
        -- Another one has the name from before until after.
        WHERE earlier_until IS NULL
           OR named_until > earlier_until -- equivalent: what ends at once with it is left out below
    ) AS holder
) AS holder
WHERE named_from < named_until;

COMMENT ON VIEW internal.organization_holders IS
    'The organization that each name means at each time, from the versions in raw.organizations: the one that has the name; of several the one that has had it longest, then the first key; if none has it, the last that had it, or the first that will.';
