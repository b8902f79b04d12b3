-- Verify warehouse:semantics on pg
BEGIN;

SELECT 1 / count(*)
FROM pg_attribute
WHERE attrelid = 'crm.users_dim'::regclass
  AND attname = 'valid_from'
  AND col_description(attrelid, attnum) IS NOT NULL;

ROLLBACK;
