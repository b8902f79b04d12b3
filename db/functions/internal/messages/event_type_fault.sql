-- requires: etl.event_types internal.key_fault
-- A body in standard SQL is bound to its names when it is created: no search_path to pin.
CREATE OR REPLACE FUNCTION internal.event_type_fault(p_content jsonb)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(
        internal.key_fault(p_content, 'event_type'),
        (
            SELECT format(
                'event_type: unknown: %s, must be %s',
                left((p_content -> 'event_type')::text, 100),
                coalesce(
                    -- The first five letters of its last word tell which one is meant.
                    min(event_type) FILTER (WHERE left(p_content ->> 'event_type', 100) ~* left(substring(event_type FROM '[^ ]+$'), 5)),
                    regexp_replace(string_agg(event_type, ', ' ORDER BY rank), ', ([^,]+)$', ' or \1')
                )
            )
            FROM etl.event_types
        )
    );

COMMENT ON FUNCTION internal.event_type_fault(jsonb) IS
    'Returns why the event_type of a JSON object is none of etl.event_types, with the one that is meant if that can be seen. Takes the object.';
