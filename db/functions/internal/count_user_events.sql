-- What decides the numbers of the report. A change of it makes the loaded days stale.
CREATE OR REPLACE FUNCTION internal.count_user_events(
    p_from timestamptz,
    p_to   timestamptz,
    OUT n_created bigint,
    OUT n_updated bigint,
    OUT n_deleted bigint,
    OUT n_unique  bigint,
    OUT n_total   bigint
)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        count(*) FILTER (WHERE event_type = 'User Created'),
        count(*) FILTER (WHERE event_type = 'User Updated'),
        count(*) FILTER (WHERE event_type = 'User Deleted'),
        count(DISTINCT user_id),
        count(*)
    FROM raw.user_events
    WHERE received_at >= p_from
      AND received_at < p_to;
END;

COMMENT ON FUNCTION internal.count_user_events(timestamptz, timestamptz) IS
    'The events and users of a span of time, from its beginning to before its end, as the daily report counts them.';
