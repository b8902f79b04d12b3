-- requires: internal.event_type_fault internal.has_only_strings internal.instant_fault internal.key_fault internal.parse_sequence internal.text_fault internal.types_by_rank
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.user_event_fault(
    p_content         jsonb,
    p_received_at     timestamptz,
    p_retention_start timestamptz,
    p_is_token        boolean,
    p_latest          timestamptz
)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(
        internal.key_fault(p_content, 'id'),
        CASE
            WHEN p_is_token
                THEN 'id: stands for an erased user'
        END,
        CASE
            WHEN p_content ->> 'event_type' = ANY (internal.types_by_rank())
                THEN NULL
            ELSE internal.event_type_fault(p_content)
        END,
        internal.instant_fault(p_content, 'received_at', p_received_at, p_latest),
        CASE
            WHEN p_received_at < p_retention_start
                THEN format('received_at: of a day that was removed from raw: %s', left(p_content ->> 'received_at', 100))
        END,
        CASE
            WHEN jsonb_typeof(p_content -> 'sequence') <> 'null' AND internal.parse_sequence(p_content) IS NULL
                THEN format('sequence: must be a whole number of 64 bits, is %s', left((p_content -> 'sequence')::text, 100))
        END,
        CASE
            WHEN NOT internal.has_only_strings(p_content) -- nearly never
                THEN coalesce(
                    internal.text_fault(p_content, 'username'),
                    internal.text_fault(p_content, 'user_email'),
                    internal.text_fault(p_content, 'user_type'),
                    internal.text_fault(p_content, 'organization_name'),
                    internal.text_fault(p_content, 'plan_name')
                )
        END
    );

COMMENT ON FUNCTION internal.user_event_fault(jsonb, timestamptz, timestamptz, boolean, timestamptz) IS
    'Returns why a JSON object is no user event; null if it is one. Takes the object, its received_at as internal.parse_instant read it, internal.retention_start(), whether its id is a token of etl.erasures, and the latest accepted instant.';
