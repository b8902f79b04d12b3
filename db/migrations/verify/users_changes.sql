-- Verify warehouse:users_changes on pg
BEGIN;

SELECT changes_kept, changes_since FROM etl.settings WHERE false;
SELECT xid, user_id, first_from, until, changed_at FROM internal.users_dim_changes WHERE false;

ROLLBACK;
