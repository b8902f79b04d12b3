-- Writes etl.consumers and etl.consumer_notes.
-- Rerun: the consumer is heard of once more.
CREATE OR REPLACE FUNCTION etl.hear_consumer(
    p_consumer       text,
    p_queue          text,
    p_unacknowledged bigint,
    p_held           interval
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $hear_consumer$
BEGIN
    DELETE FROM etl.consumers
    WHERE heard_at < now() - interval '1 day';

    IF p_queue IS NULL THEN
        DELETE FROM etl.consumers
        WHERE consumer = p_consumer;
        DELETE FROM etl.consumer_notes
        WHERE subject = p_consumer;
        RETURN;
    END IF;

    INSERT INTO etl.consumers AS known (consumer, queue, unacknowledged, held_since)
    VALUES (p_consumer, p_queue, p_unacknowledged, now() - p_held)
    ON CONFLICT (consumer) DO UPDATE
    SET queue = EXCLUDED.queue,
        heard_at = now(),
        unacknowledged = EXCLUDED.unacknowledged,
        held_since = EXCLUDED.held_since;
END;
$hear_consumer$;

COMMENT ON FUNCTION etl.hear_consumer(text, text, bigint, interval) IS
    'Called by a consumer every ten seconds: its name, its queue, how many messages it holds that are not committed, and for how long it has committed none of them (null when it holds none). A null queue says that it ends, and its notes with it. What was not heard of for a day is forgotten.';
