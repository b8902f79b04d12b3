CREATE OR REPLACE VIEW reports.users_daily AS
SELECT event_date, n_users
FROM (
    SELECT event_date, sum(sum(delta)) OVER (ORDER BY event_date)::bigint AS n_users, bool_or(is_loaded) AS is_loaded
    FROM (
        SELECT (valid_from AT TIME ZONE 'UTC')::date AS event_date, 1 AS delta, false AS is_loaded
        FROM crm.users_dim
        WHERE NOT is_deleted
        UNION ALL
        SELECT (valid_to AT TIME ZONE 'UTC')::date, -1, false
        FROM crm.users_dim
        WHERE NOT is_deleted
          AND valid_to IS NOT NULL -- for speed: a null would be the last day, which is no loaded one
        UNION ALL
        SELECT event_date, 0, true
        FROM reports.user_events_daily
    ) AS change
    GROUP BY event_date
) AS day
WHERE is_loaded;

COMMENT ON VIEW reports.users_daily IS
    'How many users existed at the end of each loaded UTC day. Reads the whole dimension.';
