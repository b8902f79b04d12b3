-- What decides the numbers of the report. A change of it, or of what it uses, makes the loaded days stale.
CREATE OR REPLACE VIEW internal.counted_events AS
SELECT
    received_at,
    user_id,
    event_type = 'User Created' AS is_created,
    event_type = 'User Updated' AS is_updated,
    event_type = 'User Deleted' AS is_deleted
FROM raw.user_events;

COMMENT ON VIEW internal.counted_events IS
    'The events that the daily report counts: in total, by user, and by type.';
