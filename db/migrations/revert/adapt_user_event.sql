-- Revert warehouse:adapt_user_event from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    raw.ingest_user_events(bytea[], text[], text[], text, bytea[], boolean[]),
    internal.judge_user_events(bytea[], text[], text[], text, bytea[], boolean[]),
    internal.mentions_user(bytea, bytea, text, text[], text[]),
    internal.parse_user_event(bytea, bytea),
    internal.parse_user_events(bytea[], bytea[]),
    internal.retry_user_events(bigint[], bytea[], text[], bytea[]);

DROP FUNCTION raw.adapt_user_event(jsonb, jsonb);

ALTER TABLE raw.rejected_user_events DROP COLUMN headers;

COMMENT ON COLUMN raw.rejected_user_events.reject_key IS
    'Hash of the message id and the body: a message delivered again is not stored twice.';
COMMENT ON COLUMN raw.user_events.event_key IS
    'Hash of the message id and the canonical content: the same event delivered again has the same key.';

COMMIT;
