-- requires: internal.content_key
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
-- It is made of the original content, so that a message delivered again stays the same event when raw.adapt_user_event changes. An
-- event_type that the function made is part of it, because it may come from the headers.
CREATE OR REPLACE FUNCTION internal.event_key(p_message_id text, p_original jsonb, p_content jsonb)
    RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN internal.content_key(p_message_id, convert_to(
        CASE
            WHEN p_original IS NULL
                THEN p_content::text
            WHEN p_content ->> 'event_type' IS DISTINCT FROM p_original ->> 'event_type'
                THEN p_original::text || (p_content ->> 'event_type')
            ELSE p_original::text
        END,
        'UTF8'
    ));

COMMENT ON FUNCTION internal.event_key(text, jsonb, jsonb) IS
    'Returns the key of an event, from its message id, its original content if raw.adapt_user_event changed it, and its content.';
