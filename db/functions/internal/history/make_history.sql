-- Reads raw.user_events and crm.users_dim.
-- Called by internal.write_history only.
CREATE OR REPLACE FUNCTION internal.make_history(p_from timestamptz, p_days date[])
    RETURNS TABLE (
        user_id text, valid_from timestamptz, valid_to timestamptz, is_valid boolean, is_deleted boolean,
        username text, user_email text, user_type text, organization_name text, plan_name text,
        event_sk bigint, attributes jsonb
    )
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $make_history$
-- @plpgsql_check_options: extra_warnings = false
BEGIN
    -- RETURN QUERY reads and sorts in parallel, which INSERT … SELECT does not. A UNION would have to be sorted once more.
    RETURN QUERY EXECUTE concat(
        'SELECT
            user_id, received_at, next_at, next_at IS NULL, is_deleted,
            username, user_email, user_type, organization_name, plan_name, event_sk, attributes
        FROM (
            SELECT *, lead(received_at) OVER (PARTITION BY user_id ORDER BY received_at) AS next_at
            FROM (
                SELECT *
                FROM internal.user_states
                WHERE received_at >= $1',
        CASE WHEN p_days IS NOT NULL THEN ' AND received_at::date = ANY ($2)' END,
        -- What is gone from raw stays.
        CASE WHEN p_from > '-infinity' THEN '
                UNION ALL
                SELECT
                    user_id, valid_from, event_sk, is_deleted,
                    username, user_email, user_type, organization_name, plan_name, attributes
                FROM crm.users_dim
                WHERE valid_from < $1'
        END, '
            ) AS state
        ) AS version'
    )
    USING p_from, p_days;
END;
$make_history$;

COMMENT ON FUNCTION internal.make_history(timestamptz, date[]) IS
    'All versions as they should be, made in one pass over the raw events from an instant on, of all UTC days or of those given, and the versions that began before the instant.';
