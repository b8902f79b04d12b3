CREATE OR REPLACE FUNCTION internal.parse_instant(p_text text)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE STRICT
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $parse_instant$
DECLARE
    -- timestamptz reads far more than ISO 8601: 'now', 'infinity', 'Dec 8 2020', whatever DateStyle says.
    -- Not \d, which may know the digits of other scripts as well, depending on the collation.
    -- In brackets: the date, the time, the digits of a second that count, the offset. Beside an offset the zone may be
    -- named as well, as Java ([Europe/Paris]) and Go (CET) do: the offset holds.
    c_iso_8601 CONSTANT text :=
        '^([0-9]{4}-[0-9]{2}-[0-9]{2})[ Tt]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:(?<=:[0-9]{2}:[0-9]{2})[.,]([0-9]{1,6})[0-9]*)?'
        '(?: ?([Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)(?:(?:[[][^]]+])+| [A-Z]{3,5})?)?$';
    v_parts CONSTANT text[] := regexp_match(p_text, c_iso_8601);
BEGIN
    IF v_parts IS NULL THEN
        RETURN NULL;
    END IF;
    -- Digits past the microsecond are cut: rounding would move the last instant of a day into the next.
    RETURN concat(v_parts[1], ' ', v_parts[2], '.' || v_parts[3], ' ', coalesce(v_parts[4], 'Z'))::timestamptz;
EXCEPTION
    WHEN datetime_field_overflow OR invalid_time_zone_displacement_value THEN
        RETURN NULL;
END;
$parse_instant$;

COMMENT ON FUNCTION internal.parse_instant(text) IS
    'Reads an ISO 8601 date and time. UTC and GMT are offsets too, and the default is UTC. A zone name beside the offset is ignored. Null if the text is no instant, or not one of the calendar.';
