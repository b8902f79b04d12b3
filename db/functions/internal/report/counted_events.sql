-- What decides the numbers of the report. A change of it, or of what it uses, makes the loaded days stale.
-- requires: internal.counting_columns internal.types_by_rank
CREATE OR REPLACE VIEW internal.counted_events AS
SELECT
    received_at,
    user_id,
    event_sk,
    event_type,
    (internal.counting_columns())[array_position(internal.types_by_rank(), event_type)] AS counted_as
FROM raw.user_events;

COMMENT ON VIEW internal.counted_events IS
    'The events that the daily report counts: in total, by user, and by type in the column of the report that counts it.';
