-- Verify warehouse:published_validity on pg
BEGIN;

SELECT 1 / (attgenerated = '')::integer
FROM pg_attribute
WHERE attrelid = 'crm.users_dim'::regclass
  AND attname = 'is_valid';

ROLLBACK;
