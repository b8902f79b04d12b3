CREATE OR REPLACE VIEW reports.restatements AS
SELECT
    event_date, reported_on AS restated_on,
    n_created - before_created AS more_created,
    n_updated - before_updated AS more_updated,
    n_deleted - before_deleted AS more_deleted,
    n_unique - before_unique AS more_unique,
    n_total - before_total AS more_total,
    n_total
FROM (
    SELECT
        history.*,
        lag(n_created) OVER of_day AS before_created,
        lag(n_updated) OVER of_day AS before_updated,
        lag(n_deleted) OVER of_day AS before_deleted,
        lag(n_unique) OVER of_day AS before_unique,
        lag(n_total) OVER of_day AS before_total
    FROM reports.user_events_history AS history
    WINDOW of_day AS (PARTITION BY event_date ORDER BY reported_on)
) AS report
WHERE before_total IS NOT NULL
  -- What comes on the day itself and on the next one belongs to the first report.
  AND reported_on > event_date + 1;

COMMENT ON VIEW reports.restatements IS
    'When the numbers of a day changed after they had first been reported, and by how much. The first report of a day is the one at the end of the next UTC day, or the first one after that. The difference of n_total counts late events, less those that were taken out.';
COMMENT ON COLUMN reports.restatements.event_date IS 'The UTC day of the events.';
COMMENT ON COLUMN reports.restatements.restated_on IS 'The UTC day on which the numbers changed.';
COMMENT ON COLUMN reports.restatements.more_created IS 'How many more events of type User Created there are; negative if there are fewer.';
COMMENT ON COLUMN reports.restatements.more_updated IS 'Likewise of type User Updated.';
COMMENT ON COLUMN reports.restatements.more_deleted IS 'Likewise of type User Deleted.';
COMMENT ON COLUMN reports.restatements.more_unique IS 'How many more users have an event on the day.';
COMMENT ON COLUMN reports.restatements.more_total IS 'How many more events there are in all: the late ones.';
COMMENT ON COLUMN reports.restatements.n_total IS 'All events of the day, after the restatement.';
