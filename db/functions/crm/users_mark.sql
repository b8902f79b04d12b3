-- Reads etl.settings.
CREATE OR REPLACE FUNCTION crm.users_mark()
    RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
AS $users_mark$
BEGIN
    IF NOT internal.keeps_changes() THEN
        RAISE EXCEPTION 'changes of crm.users_dim are not noted'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'The owner of the database calls etl.keep_changes(''7 days'') once.';
    END IF;
    RETURN format('%s %s', pg_current_snapshot(), statement_timestamp());
END;
$users_mark$;

COMMENT ON FUNCTION crm.users_mark() IS
    'Returns the present moment in the history of changes of crm.users_dim, as a text for crm.users_changed. Take one before the first copy, and before each look for changes.';
