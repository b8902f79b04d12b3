-- Deploy warehouse:consumer_notes to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.consumer_notes (
    subject    text        NOT NULL,
    note       text        NOT NULL,
    remedy     text        NOT NULL,
    is_problem boolean     NOT NULL,
    since      timestamptz NOT NULL DEFAULT now(),
    noted_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consumer_notes_pk PRIMARY KEY (subject)
);

COMMENT ON TABLE etl.consumer_notes IS
    'What only a consumer knows of the broker and of itself. It renews a note twice a minute while it holds: one that is older than two minutes is of a consumer that is gone, and counts no more.';
COMMENT ON COLUMN etl.consumer_notes.subject IS 'What the note is about: the queue, its dead letters, or the consumer by host and process.';
COMMENT ON COLUMN etl.consumer_notes.note IS 'What a person should know, in a sentence.';
COMMENT ON COLUMN etl.consumer_notes.remedy IS 'What to do.';
COMMENT ON COLUMN etl.consumer_notes.is_problem IS 'Whether etl.problems lists it; else it may be as somebody wants it.';
COMMENT ON COLUMN etl.consumer_notes.since IS 'Since when there is a note about this subject.';
COMMENT ON COLUMN etl.consumer_notes.noted_at IS 'When it was renewed last.';

COMMIT;
