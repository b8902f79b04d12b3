-- Reads raw.user_events.
-- Called by reports.load_user_events_of_days(date[]) only.
CREATE OR REPLACE FUNCTION internal.count_days(p_dates date[])
    RETURNS SETOF reports.user_events_daily
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $count_days$
DECLARE
    v_from CONSTANT timestamptz := (SELECT min(day)::timestamptz FROM unnest(p_dates) AS day);
    v_to   CONSTANT timestamptz := (SELECT (max(day) + 1)::timestamptz FROM unnest(p_dates) AS day);
BEGIN
    -- RETURN QUERY reads in parallel, which INSERT … SELECT does not; nor does count(DISTINCT user_id).
    RETURN QUERY
    SELECT
        asked.day,
        coalesce(counted.n_created, 0)::bigint, coalesce(counted.n_updated, 0)::bigint, coalesce(counted.n_deleted, 0)::bigint,
        coalesce(counted.n_unique, 0), coalesce(counted.n_total, 0)::bigint
    FROM unnest(p_dates) AS asked (day)
    LEFT JOIN (
        SELECT
            of_user.day,
            sum(of_user.n_created) AS n_created, sum(of_user.n_updated) AS n_updated, sum(of_user.n_deleted) AS n_deleted,
            count(*) AS n_unique, sum(of_user.n_total) AS n_total
        FROM (
            SELECT
                received_at::date AS day,
                count(*) FILTER (WHERE is_created) AS n_created,
                count(*) FILTER (WHERE is_updated) AS n_updated,
                count(*) FILTER (WHERE is_deleted) AS n_deleted,
                count(*) AS n_total
            FROM internal.counted_events
            WHERE received_at >= v_from
              AND received_at < v_to
            GROUP BY received_at::date, user_id
        ) AS of_user
        GROUP BY of_user.day
    ) AS counted USING (day);
END;
$count_days$;

COMMENT ON FUNCTION internal.count_days(date[]) IS
    'What the report has of some UTC days, counted in one pass over their events.';
