CREATE OR REPLACE FUNCTION internal.parse_instant(p_text text)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $parse_instant$
DECLARE
    -- timestamptz reads far more than ISO 8601: 'now', 'infinity', 'Dec 8 2020', whatever DateStyle says.
    -- Not \d, which may know the digits of other scripts as well, depending on the collation.
    c_iso_8601 CONSTANT text :=
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?'
        '( ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?))?$';
BEGIN
    IF p_text !~ c_iso_8601 THEN
        RETURN NULL;
    END IF;
    -- Digits past the microsecond are cut: rounding would move the last instant of a day into the next.
    RETURN CASE
        WHEN length(p_text) > 26 OR strpos(p_text, ',') > 0 -- for speed: others have nothing to replace
            THEN regexp_replace(p_text, '[.,]([0-9]{1,6})[0-9]*', E'.\\1')
        ELSE p_text
    END::timestamptz;
EXCEPTION
    WHEN datetime_field_overflow OR invalid_time_zone_displacement_value THEN
        RETURN NULL;
END;
$parse_instant$;

COMMENT ON FUNCTION internal.parse_instant(text) IS
    'Reads an ISO 8601 date and time; without a zone it is UTC. Null when the text is none, or no instant of the calendar.';
