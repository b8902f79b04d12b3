-- Verify warehouse:user_events on pg
BEGIN;

SELECT event_sk, event_key, user_id, event_type, username, user_email, user_type, organization_name,
    plan_name, received_at, event_date, extra, ingested_at
FROM raw.user_events
WHERE false;

SELECT event_sk, reject_key, message_id, body, reason, rejected_at
FROM raw.rejected_user_events
WHERE false;

ROLLBACK;
