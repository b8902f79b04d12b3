-- Writes raw.rejected_user_events and raw.rejected_organizations.
-- Rerun: the same date finds nothing to remove.
CREATE OR REPLACE FUNCTION raw.drop_rejects_before(p_date date)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $drop_rejects_before$
DECLARE
    v_rejects bigint;
BEGIN
    PERFORM internal.begin_change('raw.drop_rejects_before');

    IF p_date IS NULL OR NOT p_date <= current_date THEN
        RAISE EXCEPTION 'date must be a day that has begun'
            USING ERRCODE = CASE WHEN p_date IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the first day to keep, e.g. DATE ''2020-12-08''.';
    END IF;

    WITH event AS (
        DELETE FROM raw.rejected_user_events
        WHERE rejected_at < p_date::timestamptz
          -- What is left of an erased user keeps the message from coming in again.
          AND reason <> 'erased'
        RETURNING 1
    ),
    organization AS (
        DELETE FROM raw.rejected_organizations
        WHERE rejected_at < p_date::timestamptz
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM organization)
    INTO v_rejects;

    RETURN v_rejects;
END;
$drop_rejects_before$;

COMMENT ON FUNCTION raw.drop_rejects_before(date) IS
    'Deletes the messages and organizations that were quarantined before a UTC day; returns how many. If one of them is delivered again, it is judged again.';
