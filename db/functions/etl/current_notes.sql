-- requires: internal.history_sessions
CREATE OR REPLACE VIEW etl.current_notes AS
SELECT subject, note, remedy, is_problem, since
FROM etl.consumer_notes
WHERE noted_at >= now() - interval '2 minutes'
UNION ALL -- for speed: no subject comes twice
SELECT
    'history', 'is being built: ' || step, format('it goes on by itself; SELECT pg_cancel_backend(%s) ends it', pid),
    false, began_at
FROM internal.history
JOIN internal.history_sessions USING (pid);

COMMENT ON VIEW etl.current_notes IS 'Notes of running consumers about the broker and themselves, and of a session that builds the history.';
COMMENT ON COLUMN etl.current_notes.subject IS 'The subject of the note: the queue, its dead letters, the consumer by host and process, or history.';
COMMENT ON COLUMN etl.current_notes.note IS 'The note, a sentence for people.';
COMMENT ON COLUMN etl.current_notes.remedy IS 'The remedy.';
COMMENT ON COLUMN etl.current_notes.is_problem IS 'Whether etl.problems lists it; otherwise it may be intended.';
COMMENT ON COLUMN etl.current_notes.since IS 'Since when there has been a note about this subject.';
