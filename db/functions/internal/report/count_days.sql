-- Reads raw.user_events.
CREATE OR REPLACE FUNCTION internal.count_days(p_dates date[])
    RETURNS SETOF reports.user_events_daily
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $count_days$
-- The names are those of the report's columns.
-- @plpgsql_check_options: security_warnings = false
DECLARE
    -- One day by a sort; the events of many take memory for each user of a day instead, as that can be done in parallel.
    c_one_day   CONSTANT text := 'SELECT %s FROM internal.counted_events WHERE received_at >= $2 AND received_at < $3';
    c_many_days CONSTANT text := '
        SELECT %s
        FROM unnest($1) AS asked (day)
        LEFT JOIN (
            SELECT received_at::date AS day, user_id, %s, count(*) AS n_total
            FROM internal.counted_events
            WHERE received_at >= $2 AND received_at < $3
            GROUP BY received_at::date, user_id
        ) AS of_user USING (day)
        GROUP BY asked.day';
BEGIN
    -- RETURN QUERY reads in parallel, which INSERT … SELECT does not.
    RETURN QUERY EXECUTE (
        SELECT CASE
            WHEN cardinality(p_dates) = 1 THEN format(c_one_day, string_agg(
                CASE name
                    WHEN 'event_date' THEN '$1[1]'
                    WHEN 'n_unique' THEN 'count(DISTINCT user_id)'
                    ELSE counted
                END,
                ', ' ORDER BY position
            ))
            ELSE format(
                c_many_days,
                string_agg(
                    CASE name
                        WHEN 'event_date' THEN 'asked.day'
                        WHEN 'n_unique' THEN 'count(of_user.day)'
                        ELSE format('coalesce(sum(of_user.%I), 0)::bigint', name)
                    END,
                    ', ' ORDER BY position
                ),
                string_agg(format('%s AS %I', counted, name), ', ') FILTER (WHERE name NOT IN ('event_date', 'n_unique', 'n_total'))
            )
        END
        FROM (
            SELECT
                attname AS name,
                attnum AS position,
                CASE attname
                    WHEN 'n_total' THEN 'count(*)'
                    ELSE (
                        SELECT format('count(*) FILTER (WHERE %s)', coalesce(string_agg(format('event_type = %L', event_type), ' OR '), 'false'))
                        FROM etl.event_types
                        WHERE counted_as = attname
                    )
                END AS counted
            FROM pg_attribute
            WHERE attrelid = 'reports.user_events_daily'::regclass
              AND attnum > 0
              AND NOT attisdropped
        ) AS report
    )
    USING
        p_dates,
        (SELECT min(day)::timestamptz FROM unnest(p_dates) AS day),
        (SELECT (max(day) + 1)::timestamptz FROM unnest(p_dates) AS day);
END;
$count_days$;

COMMENT ON FUNCTION internal.count_days(date[]) IS
    'Returns what the report has of some UTC days, counted in one pass over their events.';
