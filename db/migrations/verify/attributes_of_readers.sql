-- Verify warehouse:attributes_of_readers on pg
BEGIN;

SELECT 1 / (count(*) = 0)::integer
FROM pg_proc
WHERE oid IN (to_regprocedure('crm.user_at(text, timestamptz)'), to_regprocedure('crm.users_history(text[])'))
  AND NOT 'attributes' = ANY (proargnames);

ROLLBACK;
