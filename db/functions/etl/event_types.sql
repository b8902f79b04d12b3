-- The only place that names the types. docs/change.md shows how one is added.
CREATE OR REPLACE VIEW etl.event_types AS
SELECT event_type, rank, begins_life, ends_life, counted_as
FROM (VALUES
    ('User Created', 1, true, false, 'n_created'),
    ('User Updated', 2, false, false, 'n_updated'),
    ('User Deleted', 3, false, true, 'n_deleted')
) AS known (event_type, rank, begins_life, ends_life, counted_as);

COMMENT ON VIEW etl.event_types IS
    'The types that an event may have. A change of them makes the loaded days stale, as it is a change of the rules.';
COMMENT ON COLUMN etl.event_types.event_type IS 'The type, as producers send it.';
COMMENT ON COLUMN etl.event_types.rank IS
    'Of several events at one instant without a sequence, the one whose type has the greatest rank counts.';
COMMENT ON COLUMN etl.event_types.begins_life IS 'Whether such an event is the first one of a user, as a rule.';
COMMENT ON COLUMN etl.event_types.ends_life IS 'Whether the user does not exist any more after such an event.';
COMMENT ON COLUMN etl.event_types.counted_as IS 'The column of reports.user_events_daily in which such events are counted.';
