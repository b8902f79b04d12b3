-- Writes etl.consumer_notes.
-- Rerun: the same note is renewed, and its beginning stays.
CREATE OR REPLACE FUNCTION etl.note_of_consumer(
    p_subject    text,
    p_note       text,
    p_remedy     text    DEFAULT '',
    p_is_problem boolean DEFAULT true
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $note_of_consumer$
BEGIN
    IF p_note IS NULL THEN
        DELETE FROM etl.consumer_notes
        WHERE subject = p_subject;
        RETURN;
    END IF;

    INSERT INTO etl.consumer_notes AS known (subject, note, remedy, is_problem)
    VALUES (p_subject, internal.clean_reason(p_note), p_remedy, p_is_problem)
    ON CONFLICT (subject) DO UPDATE
    SET note = EXCLUDED.note,
        remedy = EXCLUDED.remedy,
        is_problem = EXCLUDED.is_problem,
        -- A consumer that is gone may have left it.
        since = CASE WHEN known.noted_at < now() - interval '2 minutes' THEN now() ELSE known.since END,
        noted_at = now();
END;
$note_of_consumer$;

COMMENT ON FUNCTION etl.note_of_consumer(text, text, text, boolean) IS
    'Notes what a consumer knows about a subject, the remedy, and whether etl.problems lists it. A consumer calls it twice a minute while the note holds; a null note ends it.';
