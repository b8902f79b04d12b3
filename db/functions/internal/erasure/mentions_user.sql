-- requires: internal.key_fault
-- A search of bytes does not find text that is written with \u escapes.
CREATE OR REPLACE FUNCTION internal.mentions_user(
    p_body    bytea,
    p_headers bytea,
    p_user_id text,
    p_emails  text[],
    p_names   text[]
)
    RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $mentions_user$
DECLARE
    v_event   CONSTANT jsonb := (SELECT content FROM internal.parse_user_event(p_body, p_headers));
    v_content jsonb;
BEGIN
    BEGIN
        IF octet_length(p_body) <= internal.largest_body() THEN
            v_content := convert_from(p_body, 'UTF8')::jsonb;
        END IF;
    EXCEPTION
        -- No JSON, in whatever way: its bytes are searched.
        WHEN OTHERS THEN NULL;
    END;

    RETURN CASE
        WHEN jsonb_typeof(v_event -> 'id') IN ('string', 'number') AND v_event ->> 'id' = p_user_id THEN true
        WHEN jsonb_typeof(v_content -> 'id') IN ('string', 'number') AND v_content ->> 'id' = p_user_id THEN true
        -- Somebody else's, whoever it mentions by name.
        WHEN internal.key_fault(coalesce(v_event, v_content), 'id') IS NULL THEN false
        ELSE EXISTS (
            SELECT
            FROM (
                SELECT to_json(word)::text AS trace
                FROM unnest(p_names || p_emails || p_user_id) AS word
                UNION ALL -- for speed: no trace comes twice
                -- Also where a broken body cuts it off from its quotes.
                SELECT email
                FROM unnest(p_emails) AS email
                WHERE email LIKE '%_@_%'
            ) AS known
            WHERE position(convert_to(known.trace, 'UTF8') IN p_body) > 0
        ) OR EXISTS (
            -- What \u escapes spell. Numbers are left aside: their text may be without bounds.
            SELECT
            FROM jsonb_array_elements_text(
                jsonb_path_query_array(
                    jsonb_build_array(v_content, internal.decode_headers(p_headers)), 'strict $.** ? (@.type() == "string")'
                )
            ) AS spelled
            WHERE spelled = ANY (p_names || p_emails || p_user_id)
               OR EXISTS (
                   SELECT
                   FROM unnest(p_emails) AS email
                   WHERE email LIKE '%_@_%'
                     AND position(email IN spelled) > 0
               )
        )
    END;
END;
$mentions_user$;

COMMENT ON FUNCTION internal.mentions_user(bytea, bytea, text, text[], text[]) IS
    'Returns whether a rejected message is about a user: its id, as it came or after raw.adapt_user_event, is the user''s; or it has no id, but an e-mail or name of the user in its body or headers. Bodies of more than 256 KiB or without JSON are searched as bytes.';
