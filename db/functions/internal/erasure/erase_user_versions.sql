-- Writes crm.users_dim and internal.users_dim_changes.
CREATE OR REPLACE FUNCTION internal.erase_user_versions(
    p_user_id text,
    p_token   text,
    OUT versions bigint,
    OUT names    text[],
    OUT emails   text[]
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $erase_user_versions$
DECLARE
    v_days daterange;
BEGIN
    -- The person's versions take their places in the history of the token, which has some if the user was erased before.
    WITH version AS (
        DELETE FROM crm.users_dim
        WHERE user_id IN (p_user_id, p_token)
        RETURNING *
    ),
    inserted AS (
        INSERT INTO crm.users_dim (
            user_id, valid_from, valid_to, is_valid, is_deleted, user_type, organization_name, plan_name, event_sk
        )
        SELECT
            p_token, valid_from, next_from, next_from IS NULL, is_deleted, user_type, organization_name, plan_name, event_sk
        FROM (
            SELECT
                winner.*,
                lead(valid_from) OVER (ORDER BY valid_from) AS next_from -- equivalent: they come in this order anyway
            FROM (
                SELECT DISTINCT ON (valid_from) version.*
                FROM version
                ORDER BY valid_from, is_deleted DESC, event_sk DESC -- equivalent: the instants may come in any order
            ) AS winner
        ) AS merged
    ),
    noted AS (
        -- Under both ids, as some may have had one, some the other.
        INSERT INTO internal.users_dim_changes (user_id, first_from, until)
        SELECT DISTINCT id, valid_from, valid_from
        FROM version
        CROSS JOIN unnest(ARRAY[p_user_id, p_token]) AS id
        WHERE internal.keeps_changes()
    )
    SELECT
        count(*) FILTER (WHERE user_id = p_user_id),
        coalesce(array_agg(DISTINCT username) FILTER (WHERE username IS NOT NULL), '{}'),
        coalesce(array_agg(DISTINCT user_email) FILTER (WHERE user_email IS NOT NULL), '{}'),
        daterange(min(valid_from)::date, max(coalesce(valid_to, 'infinity'))::date, '[]')
    INTO versions, names, emails, v_days
    FROM version;

    IF versions > 0 THEN
        PERFORM internal.note_changed_days('users_dim', datemultirange(v_days));
    END IF;
END;
$erase_user_versions$;

COMMENT ON FUNCTION internal.erase_user_versions(text, text) IS
    'Replaces the id by a token in crm.users_dim, and removes name and e-mail. Returns the number of versions, and their names and e-mails. Takes the id and its token.';
