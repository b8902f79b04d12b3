-- internal.begin_change(): what brings data in or removes it refuses a transaction that cannot see what it waited for.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT plan(7);

SELECT throws_ok(
    'SELECT ' || call, '25001', what || ' must run in a read committed transaction, not repeatable read', call
)
FROM (VALUES
    ($$ raw.ingest_user_events('{}', NULL) $$, 'ingest'),
    ($$ raw.ingest_organizations() $$, 'ingest'),
    ($$ raw.replay_rejected_user_events() $$, 'ingest'),
    ($$ raw.drop_before('2020-12-08') $$, 'raw.drop_before'),
    ($$ crm.erase_user('nobody') $$, 'crm.erase_user'),
    ($$ etl.accept_rules('users_dim', 'a', 'b') $$, 'etl.accept_rules'),
    ($$ etl.rebuild_users_dim() $$, 'etl.rebuild_users_dim')
) AS change (call, what);

SELECT * FROM finish();
ROLLBACK;
