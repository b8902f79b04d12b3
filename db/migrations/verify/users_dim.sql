-- Verify warehouse:users_dim on pg
BEGIN;

-- The change `internal` moves the staging tables.
SET LOCAL search_path = etl, internal;

SELECT user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type,
    organization_name, plan_name, event_sk
FROM crm.users_dim
WHERE false;

SELECT 1 / count(*)
FROM pg_inherits
WHERE inhrelid = 'crm.users_dim_open'::regclass AND inhparent = 'crm.users_dim'::regclass;

SELECT user_id, valid_from, valid_to, is_first, is_last, is_late, is_deleted, username, user_email, user_type,
    organization_name, plan_name, event_sk, open_from, open_is_deleted, open_username, open_user_email,
    open_user_type, open_organization_name, open_plan_name, open_event_sk
FROM users_dim_stage
WHERE false;

ROLLBACK;
