-- requires: internal.instant_fault internal.key_fault internal.object_fault internal.text_fault
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.organization_fault(
    p_content    jsonb,
    p_created_at timestamptz,
    p_updated_at timestamptz,
    p_latest     timestamptz
)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(
        internal.object_fault(p_content),
        internal.key_fault(p_content, 'organization_key'),
        internal.text_fault(p_content, 'organization_name'),
        CASE
            WHEN jsonb_typeof(p_content -> 'created_at') <> 'null'
                THEN internal.instant_fault(p_content, 'created_at', p_created_at, p_latest)
        END,
        CASE
            WHEN jsonb_typeof(p_content -> 'updated_at') <> 'null'
                THEN internal.instant_fault(p_content, 'updated_at', p_updated_at, p_latest)
        END
    );

COMMENT ON FUNCTION internal.organization_fault(jsonb, timestamptz, timestamptz, timestamptz) IS
    'Returns why a JSON value is no organization; null if it is one. Takes the value, its created_at and updated_at as internal.parse_instant read them, and the latest accepted instant.';
