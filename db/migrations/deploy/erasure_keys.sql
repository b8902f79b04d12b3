-- Deploy warehouse:erasure_keys to pg
-- requires: erasures user_events
BEGIN;

ALTER TABLE etl.erasures ADD COLUMN readmitted_at timestamptz;

COMMENT ON COLUMN etl.erasures.readmitted_at IS
    'From when on the user is known by name again (crm.readmit_user); null while all events of the user are anonymous.';

-- As internal.erased_key makes them: from an old file nobody can compute the key, and so find the token, any more.
UPDATE raw.user_events AS event
SET event_key = encode(substr(sha256(secret || uuid_send(event_key)), 1, 16), 'hex')::uuid
FROM etl.erasures AS erasure
CROSS JOIN etl.erasure_secret
WHERE event.user_id = erasure.token;

-- db/migrate makes it anew, with one more column.
DROP FUNCTION IF EXISTS crm.erase_user(text);

COMMIT;
