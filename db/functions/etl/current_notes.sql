CREATE OR REPLACE VIEW etl.current_notes AS
SELECT subject, note, remedy, is_problem, since
FROM etl.consumer_notes
WHERE noted_at >= now() - interval '2 minutes';

COMMENT ON VIEW etl.current_notes IS 'What consumers that are there know of the broker and of themselves.';
COMMENT ON COLUMN etl.current_notes.subject IS 'What the note is about: the queue, its dead letters, or the consumer by host and process.';
COMMENT ON COLUMN etl.current_notes.note IS 'What a person should know, in a sentence.';
COMMENT ON COLUMN etl.current_notes.remedy IS 'What to do.';
COMMENT ON COLUMN etl.current_notes.is_problem IS 'Whether etl.problems lists it; else it may be as somebody wants it.';
COMMENT ON COLUMN etl.current_notes.since IS 'Since when there is a note about this subject.';
