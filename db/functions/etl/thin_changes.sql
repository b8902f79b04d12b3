-- Reads etl.settings, writes internal.users_dim_changes.
-- Rerun: what is gone has nothing left to take away.
CREATE OR REPLACE FUNCTION etl.thin_changes()
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $thin_changes$
DECLARE
    -- A transaction that began before a mark may commit after it.
    c_longest CONSTANT interval := interval '1 day';
    v_rows    bigint;
BEGIN
    DELETE FROM internal.users_dim_changes
    WHERE changed_at < now() - c_longest - (SELECT changes_kept FROM etl.settings);

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END;
$thin_changes$;

COMMENT ON FUNCTION etl.thin_changes() IS
    'Forgets which versions of the dimension changed a day longer ago than etl.settings.changes_kept; returns how many rows it deleted. etl.catch_up calls it.';
