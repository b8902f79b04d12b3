-- requires: raw.instant_fault raw.key_fault raw.text_fault
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION raw.user_event_fault(
    p_content     jsonb,
    p_received_at timestamptz,
    p_kept_from   timestamptz,
    p_is_token    boolean
)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(
        raw.key_fault(p_content, 'id'),
        CASE
            WHEN p_is_token
                THEN 'id: stands for an erased user'
        END,
        raw.key_fault(p_content, 'event_type'),
        CASE
            WHEN p_content ->> 'event_type' NOT IN ('User Created', 'User Updated', 'User Deleted')
                THEN format('event_type: unknown: %s', left((p_content -> 'event_type')::text, 100))
        END,
        raw.instant_fault(p_content, 'received_at', p_received_at),
        CASE
            WHEN p_received_at < p_kept_from
                THEN format('received_at: of a day that was removed from raw: %s', left(p_content ->> 'received_at', 100))
        END,
        raw.text_fault(p_content, 'username'),
        raw.text_fault(p_content, 'user_email'),
        raw.text_fault(p_content, 'user_type'),
        raw.text_fault(p_content, 'organization_name'),
        raw.text_fault(p_content, 'plan_name')
    );

COMMENT ON FUNCTION raw.user_event_fault(jsonb, timestamptz, timestamptz, boolean) IS
    'Why a JSON object is no user event; null when it is one. Takes the object, its received_at as raw.parse_instant read it, raw.kept_from(), and whether its id is a token of etl.erasures.';
