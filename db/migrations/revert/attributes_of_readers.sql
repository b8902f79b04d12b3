-- Revert warehouse:attributes_of_readers from pg
BEGIN;

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS crm.user_at(text, timestamptz);
DROP FUNCTION IF EXISTS crm.users_history(text[]);

COMMIT;
