-- Reads raw.user_events and crm.users_dim, writes internal.users_dim_differences.
-- Called by etl.rebuild_users_dim only.
CREATE OR REPLACE FUNCTION internal.find_users_dim_differences(p_from timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $find_users_dim_differences$
BEGIN
    INSERT INTO internal.users_dim_differences (
        user_id, valid_from, change, valid_to, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes
    )
    SELECT
        user_id, valid_from,
        CASE WHEN old.event_sk IS NULL THEN 'added' WHEN new.event_sk IS NULL THEN 'removed' ELSE 'changed' END,
        new.valid_to, new.is_deleted,
        new.username, new.user_email, new.user_type, new.organization_name, new.plan_name, new.event_sk, new.attributes
    FROM (
        SELECT
            user_id, received_at AS valid_from, next_at AS valid_to, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk, attributes
        FROM (
            SELECT
                state.*,
                lead(received_at) OVER (PARTITION BY user_id ORDER BY received_at) AS next_at
            FROM (
                SELECT
                    user_id, received_at, is_deleted,
                    username, user_email, user_type, organization_name, plan_name, event_sk, attributes
                FROM internal.user_states
                WHERE received_at >= p_from
                UNION ALL -- for speed: no event comes twice
                -- What is gone from raw stays.
                SELECT
                    user_id, valid_from, is_deleted,
                    username, user_email, user_type, organization_name, plan_name, event_sk, attributes
                FROM crm.users_dim
                WHERE valid_from < p_from
            ) AS state
        ) AS state
    ) AS new
    FULL JOIN crm.users_dim AS old USING (user_id, valid_from)
    WHERE (
        new.valid_to, new.is_deleted, new.username, new.user_email, new.user_type,
        new.organization_name, new.plan_name, new.event_sk, new.attributes
    ) IS DISTINCT FROM (
        old.valid_to, old.is_deleted, old.username, old.user_email, old.user_type,
        old.organization_name, old.plan_name, old.event_sk, old.attributes
    );
END;
$find_users_dim_differences$;

COMMENT ON FUNCTION internal.find_users_dim_differences(timestamptz) IS
    'Makes all versions anew, of the raw events from an instant on and of the versions that began before it, and finds those that crm.users_dim does not have, or has otherwise, or has in vain.';
