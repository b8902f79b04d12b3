CREATE OR REPLACE FUNCTION internal.instant_hint(p_value jsonb)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $instant_hint$
DECLARE
    -- The text of an array may be without bounds.
    v_text  CONSTANT text := CASE WHEN jsonb_typeof(p_value) IN ('string', 'number') THEN left(p_value #>> '{}', 100) END;
    -- A number, also as text, and as .NET writes it.
    v_epoch CONSTANT numeric := substring(
        v_text FROM '^(?:/Date[(])?([0-9]{9,20}(?:[.][0-9]{1,9})?)(?:[+-][0-9]{4})?(?:[)]/)?$'
    )::numeric;
    v_unit  text;
    v_scale numeric;
BEGIN
    SELECT unit, scale
    INTO v_unit, v_scale
    FROM (VALUES
        ('seconds', 1e0, 1e11), ('milliseconds', 1e3, 1e14), ('microseconds', 1e6, 1e17), ('nanoseconds', 1e9, 1e20)
    ) AS known (unit, scale, beyond)
    WHERE v_epoch < beyond
    ORDER BY beyond
    LIMIT 1;
    IF FOUND THEN
        RETURN format(
            'epoch %s: send ISO 8601, here "%s"',
            v_unit, to_char(to_timestamp(trunc(v_epoch / v_scale, 3)), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        );
    END IF;

    RETURN CASE
        WHEN jsonb_typeof(p_value) = 'array'
            THEN 'a list of numbers: send ISO 8601 (in Java, turn off WRITE_DATES_AS_TIMESTAMPS)'
        WHEN jsonb_typeof(p_value) = 'object'
            THEN 'an object of ' || (
                SELECT left(string_agg(key, ', ' ORDER BY key), 100)
                FROM jsonb_object_keys(p_value) AS key
            ) || ': send ISO 8601, as text'
        WHEN v_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
            THEN 'a day without a time'
        WHEN v_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)? ?([[]|(?!(Z|UTC|GMT|AM|PM)$)[A-Za-z])'
            THEN 'the name of a zone without an offset: send the offset, or UTC'
        WHEN v_text ~ '^[0-9]{4}-?[0-9]{2}-?[0-9]{2}[ Tt][0-9]{2}:?[0-9]{2}'
            THEN 'no instant of the calendar, or not in the form of "2020-12-08T20:03:16Z"'
        WHEN v_text ~ '^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}'
            THEN 'a local form, of which nobody knows where the month is: send ISO 8601'
        WHEN v_text ~ '[0-9]'
            THEN 'send ISO 8601, as "2020-12-08T20:03:16Z"'
    END;
END;
$instant_hint$;

COMMENT ON FUNCTION internal.instant_hint(jsonb) IS
    'Returns what a value that is no instant for internal.parse_instant was probably meant to be, and what to send instead; null if it is not recognised.';
