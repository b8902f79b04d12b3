-- A body in standard SQL is bound to its names when it is created: no search_path to pin.
CREATE OR REPLACE FUNCTION reports.user_events_reported_on(p_day date)
    RETURNS TABLE (event_date date, n_created bigint, n_updated bigint, n_deleted bigint, n_unique bigint, n_total bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (event_date) event_date, n_created, n_updated, n_deleted, n_unique, n_total
    FROM reports.user_events_history
    WHERE reported_on <= p_day
    ORDER BY event_date, reported_on DESC;
END;

COMMENT ON FUNCTION reports.user_events_reported_on(date) IS
    'Returns reports.user_events_daily as it was at the end of a UTC day.';
