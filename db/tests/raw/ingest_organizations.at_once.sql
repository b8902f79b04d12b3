-- raw.ingest_organizations(): two files at once, with the same organization. The other session commits, so what it left is deleted.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(1);
\ir ../fixtures/other_session.sql

\! psql --no-psqlrc --quiet --command="BEGIN; INSERT INTO raw.organizations_inbox (body) VALUES ('{\"organization_key\": \"a\"}'); SELECT raw.ingest_organizations(), pg_sleep(1); COMMIT" >/dev/null 2>&1 &
SELECT pg_temp.wait_for_lock('crm.organizations_dim', 'RowExclusiveLock') \g /dev/null
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "a"}');
SELECT is(raw.ingest_organizations()::text, '(1,0,1,0,0)', 'the second waits, and sees what the first one brought');

SELECT * FROM finish();
ROLLBACK;
DELETE FROM raw.organizations;
DELETE FROM crm.organizations_dim;
