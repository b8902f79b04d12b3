CREATE OR REPLACE FUNCTION etl.check_users_dim()
    RETURNS TABLE (user_id text, valid_from timestamptz, valid_to timestamptz, fault text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $check_users_dim$
BEGIN
    RETURN QUERY
    SELECT version.user_id, version.valid_from, version.valid_to, judged.fault
    FROM (
        SELECT
            dim.user_id, dim.valid_from, dim.valid_to,
            lead(dim.valid_from) OVER (PARTITION BY dim.user_id ORDER BY dim.valid_from, dim.valid_to) AS next_from
        FROM crm.users_dim AS dim
    ) AS version
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN version.next_from IS NULL AND version.valid_to IS NOT NULL THEN 'is the last version and not open'
            WHEN version.next_from IS NOT NULL AND version.valid_to IS NULL THEN 'is open and not the last version'
            WHEN version.next_from < version.valid_to THEN 'overlaps the next version'
            WHEN version.next_from > version.valid_to THEN 'ends before the next version begins'
        END AS fault
    ) AS judged
    WHERE judged.fault IS NOT NULL;
END;
$check_users_dim$;

COMMENT ON FUNCTION etl.check_users_dim() IS
    'Returns the versions of crm.users_dim that break its rules, and how; no row if there are none. Reads the whole table.';
