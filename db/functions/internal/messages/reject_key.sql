-- requires: internal.content_key
-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.reject_key(p_message_id text, p_body bytea, p_headers bytea)
    RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN internal.content_key(p_message_id, p_body || coalesce(convert_to(regexp_replace(
        encode(p_headers, 'escape'),
        -- Two headers of 8 octets, of which RabbitMQ counts one up whenever it delivers a message again.
        E'\x10x-(delivery|acquired)-count[lL](\\\\[0-7]{3}|\\\\{2}|[^\\\\]){8}', '', 'g'
    ), 'UTF8'), ''));

COMMENT ON FUNCTION internal.reject_key(text, bytea, bytea) IS
    'Returns the key of a message in quarantine: of its message id, its body and its headers, without the headers that count deliveries.';
