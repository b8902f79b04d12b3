-- Verify warehouse:out_of_order on pg
BEGIN;

SELECT is_out_of_order
FROM internal.users_dim_stage
WHERE false;

ROLLBACK;
