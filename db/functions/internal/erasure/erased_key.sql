-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.erased_key(p_secret bytea, p_event_key uuid)
    RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN encode(substr(sha256(p_secret || uuid_send(p_event_key)), 1, 16), 'hex')::uuid;

COMMENT ON FUNCTION internal.erased_key(bytea, uuid) IS
    'Returns the key of an event of an erased user. It depends on the secret of etl.erasure_secret: a message delivered again has the same key, and nobody can compute it from an old message without the secret.';
