-- internal.begin_load(): a transaction with one snapshot for all would not see what the load before it wrote.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT plan(3);

SELECT throws_ok(
    statement, '25001', 'a load must run in a read committed transaction, not repeatable read', description
)
FROM (VALUES
    ($$ SELECT crm.load_users_dim('2020-12-08') $$,             'the dimension refuses repeatable read'),
    ($$ SELECT reports.load_user_events_daily('2020-12-08') $$, 'the report refuses repeatable read')
) AS refused (statement, description);
SELECT lives_ok($$ SELECT crm.load_organizations_dim() $$, 'what is not loaded by the day does not care');

SELECT * FROM finish();
ROLLBACK;
