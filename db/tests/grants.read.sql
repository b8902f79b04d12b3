-- db/grants.sql: what people may read. Citus refuses a reader what others wrote in the same transaction, so nobody did.
\set ON_ERROR_STOP on
\ir fixtures/scratch.sql
BEGIN;
SELECT plan(13);

\ir fixtures/try.sql
SELECT is(pg_temp.try('warehouse_read', statement), 'done', format('read: done: %s', statement))
FROM (VALUES
    ($$ TABLE crm.users_dim $$),
    ($$ TABLE crm.users_current $$),
    ($$ SELECT * FROM crm.users_at('2020-12-08') $$),
    ($$ SELECT * FROM crm.users_history('plan_name') $$),
    ($$ SELECT * FROM crm.users_at('2020-12-08', '2020-12-08') $$),
    ($$ TABLE crm.user_versions $$),
    ($$ TABLE reports.restatements $$),
    ($$ SELECT * FROM reports.user_events_reported_on('2020-12-08') $$),
    ($$ SELECT * FROM reports.user_events_between('2020-12-08', '2020-12-08', 'Asia/Tokyo') $$),
    ($$ SELECT * FROM reports.users_by_organization_between('2020-12-08', '2020-12-08') $$),
    ($$ TABLE reports.user_events_daily $$),
    ($$ TABLE reports.users_daily $$),
    ($$ TABLE reports.users_by_organization $$)
) AS attempt (statement);

SELECT * FROM finish();
ROLLBACK;
