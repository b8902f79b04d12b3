-- Writes etl.accepted_settings.
-- Rerun: takes the newer value and reason.
CREATE OR REPLACE FUNCTION etl.accept_setting(p_setting text, p_value text, p_reason text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $accept_setting$
BEGIN
    IF p_setting IS NULL OR p_setting NOT IN ('fsync', 'full_page_writes') OR p_value IS DISTINCT FROM 'off' THEN
        RAISE EXCEPTION 'no setting % = % is a problem', coalesce(p_setting, 'null'), coalesce(p_value, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass fsync or full_page_writes, and ''off''.';
    ELSIF internal.blank_to_null(p_reason) IS NULL THEN
        RAISE EXCEPTION 'the reason must not be empty'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Say why this value is right here, e.g. ''ZFS writes pages atomically''.';
    END IF;

    INSERT INTO etl.accepted_settings (setting, value, reason)
    VALUES (p_setting, p_value, p_reason)
    ON CONFLICT ON CONSTRAINT accepted_settings_pk DO UPDATE
    SET value = EXCLUDED.value,
        reason = EXCLUDED.reason,
        accepted_at = EXCLUDED.accepted_at,
        accepted_by = EXCLUDED.accepted_by;
END;
$accept_setting$;

COMMENT ON FUNCTION etl.accept_setting(text, text, text) IS
    'Declares that a value of a setting is right on this platform, though etl.problems says that a crash may lose or corrupt data with it. etl.accepted_settings records the reason, the time and the role; DELETE FROM etl.accepted_settings takes it back.';
