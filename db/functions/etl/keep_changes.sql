-- Writes etl.settings and internal.users_dim_changes.
-- Rerun: takes the other interval.
CREATE OR REPLACE FUNCTION etl.keep_changes(p_interval interval)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $keep_changes$
BEGIN
    PERFORM internal.begin_change('etl.keep_changes');
    -- A load that runs notes all that it changes, or nothing.
    PERFORM internal.lock_load('users_dim');

    UPDATE etl.settings
    SET changes_kept = p_interval,
        changes_since = CASE WHEN p_interval IS NOT NULL THEN coalesce(changes_since, clock_timestamp()) END;

    DELETE FROM internal.users_dim_changes
    WHERE p_interval IS NULL;
END;
$keep_changes$;

COMMENT ON FUNCTION etl.keep_changes(interval) IS
    'Begins to note which versions of the dimension change, for crm.users_changed, and for how long to keep that; null ends it. Loads take a little longer (docs/publish.md), and the history is built in place. Waits for a running load.';
