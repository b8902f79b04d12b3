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
    'Notes that a consumer runs, its queue, how many uncommitted messages it holds, and for how long it has committed none of them (null if it holds none). Consumers call it every ten seconds. A null queue says that the consumer ends. Rows and notes older than a day are deleted.';
