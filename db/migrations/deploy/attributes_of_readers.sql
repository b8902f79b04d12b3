-- Deploy warehouse:attributes_of_readers to pg
-- requires: attributes
BEGIN;

SET LOCAL client_min_messages = warning;
-- db/migrate makes them anew: they return one column more.
DROP FUNCTION IF EXISTS crm.user_at(text, timestamptz);
DROP FUNCTION IF EXISTS crm.users_history(text[]);

COMMIT;
