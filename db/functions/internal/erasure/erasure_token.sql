-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.erasure_token(p_secret bytea, p_user_id text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN 'erased-' || encode(substr(sha256(p_secret || convert_to(p_user_id, 'UTF8')), 1, 16), 'hex');

COMMENT ON FUNCTION internal.erasure_token(bytea, text) IS
    'Returns the token that replaces the user_id of an erased user. It depends on the secret of etl.erasure_secret: without that nobody can tell whose it is.';
