CREATE OR REPLACE VIEW etl.consumer_states AS
SELECT consumer, queue, heard_at, heard_at >= now() - interval '30 seconds' AS is_heard, unacknowledged, held_since
FROM etl.consumers;

COMMENT ON VIEW etl.consumer_states IS 'The consumers, the messages that they hold, and whether they reach the database.';
COMMENT ON COLUMN etl.consumer_states.consumer IS 'The host and the process of the consumer.';
COMMENT ON COLUMN etl.consumer_states.queue IS 'The queue that it consumes.';
COMMENT ON COLUMN etl.consumer_states.heard_at IS 'When it last reached the database.';
COMMENT ON COLUMN etl.consumer_states.is_heard IS 'Whether that was within the last 30 seconds; a consumer reports every ten.';
COMMENT ON COLUMN etl.consumer_states.unacknowledged IS 'How many messages it held then: delivered, but not yet committed.';
COMMENT ON COLUMN etl.consumer_states.held_since IS 'Since when it has committed none of them; null if it held none.';
