-- requires: internal.instant_hint internal.missing_fault
CREATE OR REPLACE FUNCTION internal.instant_fault(
    p_content jsonb,
    p_field   text,
    p_instant timestamptz,
    p_latest  timestamptz
)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_instant > p_latest AND p_instant < '2200-01-01 00:00:00+00'
            THEN format(
                '%s: too far in the future: %s (a wrong clock or unit, or local time sent as UTC?)',
                p_field, left((p_content -> p_field)::text, 100)
            )
        -- Nearly always.
        WHEN p_instant >= '1970-01-01 00:00:00+00' AND p_instant < '2200-01-01 00:00:00+00'
            THEN NULL
        WHEN p_content -> p_field IS NULL
            THEN internal.missing_fault(p_content, p_field)
        WHEN jsonb_typeof(p_content -> p_field) IN ('null', 'boolean')
            THEN format('%s: must be a string, is of type %s', p_field, jsonb_typeof(p_content -> p_field))
        WHEN p_instant IS NULL
            THEN concat_ws(
                ', ',
                format('%s: no ISO 8601 date and time', p_field) || CASE
                    -- The text of an array may be without bounds.
                    WHEN jsonb_typeof(p_content -> p_field) IN ('string', 'number')
                        THEN ': ' || left((p_content -> p_field)::text, 100)
                    ELSE ''
                END,
                internal.instant_hint(p_content -> p_field)
            )
        ELSE format('%s: not in the years 1970 to 2199: %s', p_field, left((p_content -> p_field)::text, 100))
    END;

COMMENT ON FUNCTION internal.instant_fault(jsonb, text, timestamptz, timestamptz) IS
    'Returns the fault of a field that internal.parse_instant read as the given instant; null if there is none. The last argument is the latest accepted instant.';
