-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.content_key(p_message_id text, p_content bytea)
    RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    -- The id as a JSON string (or null) ends where its closing quote stands, so no two pairs run together.
    RETURN encode(substr(sha256(
        convert_to(coalesce(to_json(p_message_id)::text, 'null'), 'UTF8') || p_content
    ), 1, 16), 'hex')::uuid;

COMMENT ON FUNCTION internal.content_key(text, bytea) IS
    'Returns the first 128 bits of SHA-256 over a message id, which may be null, and a content.';
