-- Revert warehouse:erasure_keys from pg
-- CASCADE: views and functions are no migrations; db/migrate reloads them. The keys stay: nobody can compute the old ones.
BEGIN;

ALTER TABLE etl.erasures DROP COLUMN readmitted_at CASCADE;
DROP FUNCTION IF EXISTS
    crm.erase_user(text), crm.readmit_user(text, timestamptz), internal.erased_key(bytea, uuid), internal.find_erased_id(bytea),
    internal.count_mentions(text);

COMMIT;
