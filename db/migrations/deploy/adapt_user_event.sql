-- Deploy warehouse:adapt_user_event to pg
-- requires: user_events changed_parameters
BEGIN;

-- No file of db/functions: who replaces it keeps it, whatever db/migrate brings.
CREATE FUNCTION raw.adapt_user_event(p_content jsonb, p_headers jsonb)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_content;

COMMENT ON FUNCTION raw.adapt_user_event(jsonb, jsonb) IS
    'Yours to replace: turns what a producer sends into a user event. Takes a message''s JSON value of any type and its headers as an object (null without headers); returns the event as a JSON object. As delivered it returns what it takes. An upgrade keeps your version. What it fails on goes to quarantine, alone. docs/change.md has examples.';

ALTER TABLE raw.rejected_user_events ADD COLUMN headers bytea;

COMMENT ON COLUMN raw.rejected_user_events.headers IS
    'The headers of the message as AMQP 0-9-1 has them, a field table without its length: internal.decode_headers reads it. Null without headers.';
COMMENT ON COLUMN raw.rejected_user_events.reject_key IS
    'Hash of the message id, the body and the headers: a message delivered again is not stored twice.';
COMMENT ON COLUMN raw.user_events.event_key IS
    'Hash of the message id and the canonical content as it came: the same event delivered again has the same key.';

-- db/migrate makes them anew with the headers; both forms together would be ambiguous, or of no use.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    raw.ingest_user_events(bytea[], text[], text[], text),
    internal.judge_user_events(bytea[], text[], text[], text),
    internal.mentions_user(bytea, text, text[], text[]),
    internal.parse_user_events(bytea[]),
    internal.retry_user_events(bigint[], bytea[], text[]);

COMMIT;
