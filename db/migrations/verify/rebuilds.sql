-- Verify warehouse:rebuilds on pg
BEGIN;

SELECT
    user_id, valid_from, change, valid_to, is_deleted,
    username, user_email, user_type, organization_name, plan_name, event_sk, attributes
FROM internal.users_dim_differences
WHERE false;

ROLLBACK;
