-- requires: raw.key_fault
-- A body in standard SQL is bound to its names when it is created.
CREATE OR REPLACE FUNCTION raw.mentions_user(
    p_body    bytea,
    p_content jsonb,
    p_user_id text,
    p_emails  text[],
    p_names   text[]
)
    RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN p_content ->> 'id' = p_user_id THEN true
        -- Somebody else's, whoever it mentions by name.
        WHEN raw.key_fault(p_content, 'id') IS NULL AND p_content IS NOT NULL THEN false
        ELSE EXISTS (
            SELECT
            FROM (
                SELECT to_json(word)::text AS trace
                FROM unnest(p_names || p_emails || p_user_id) AS word
                UNION ALL
                -- Also where a broken body cuts it off from its quotes.
                SELECT email
                FROM unnest(p_emails) AS email
                WHERE email LIKE '%_@_%'
            ) AS known
            WHERE position(convert_to(known.trace, 'UTF8') IN p_body) > 0
               OR position(known.trace IN p_content::text) > 0
        )
    END;

COMMENT ON FUNCTION raw.mentions_user(bytea, jsonb, text, text[], text[]) IS
    'Whether a body that is no user event, and its content if it is JSON, tells of a user: by the id, or without an id of its own by an e-mail or name.';
