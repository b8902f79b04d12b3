-- Deploy warehouse:user_events_history to pg
-- requires: user_events_daily load_runs
BEGIN;

CREATE TABLE reports.user_events_history (
    event_date  date   NOT NULL,
    reported_on date   NOT NULL,
    n_created   bigint NOT NULL,
    n_updated   bigint NOT NULL,
    n_deleted   bigint NOT NULL,
    n_unique    bigint NOT NULL,
    n_total     bigint NOT NULL,
    CONSTRAINT user_events_history_pk PRIMARY KEY (event_date, reported_on)
);

COMMENT ON TABLE reports.user_events_history IS
    'What reports.user_events_daily said: one row for each of its days and each UTC day on which the numbers of that day changed. It begins with the first load, or with the upgrade that brought this table.';
COMMENT ON COLUMN reports.user_events_history.event_date IS 'The UTC day of the events.';
COMMENT ON COLUMN reports.user_events_history.reported_on IS
    'The UTC day at whose end the report had these numbers, and from then on until the next row.';
COMMENT ON COLUMN reports.user_events_history.n_created IS 'Events of type User Created.';
COMMENT ON COLUMN reports.user_events_history.n_updated IS 'Events of type User Updated.';
COMMENT ON COLUMN reports.user_events_history.n_deleted IS 'Events of type User Deleted.';
COMMENT ON COLUMN reports.user_events_history.n_unique IS 'Distinct users with an event on that day.';
COMMENT ON COLUMN reports.user_events_history.n_total IS 'All events of that day.';

-- The present numbers stand since the last run that wrote them, as far as etl.load_runs knows.
INSERT INTO reports.user_events_history (event_date, reported_on, n_created, n_updated, n_deleted, n_unique, n_total)
SELECT
    daily.event_date,
    (coalesce(known.since, now()) AT TIME ZONE 'UTC')::date,
    daily.n_created, daily.n_updated, daily.n_deleted, daily.n_unique, daily.n_total
FROM reports.user_events_daily AS daily
LEFT JOIN (
    SELECT
        import_date,
        coalesce(max(started_at) FILTER (WHERE rows_written > 0), min(started_at)) AS since
    FROM etl.load_runs
    WHERE load_name = 'user_events_daily'
    GROUP BY import_date
) AS known ON known.import_date = daily.event_date;

COMMIT;
