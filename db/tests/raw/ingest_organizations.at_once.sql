-- raw.ingest_organizations(): two files at once, with the same organization. The other session commits, so what it left is deleted.
BEGIN;
SELECT plan(1);

\! psql --no-psqlrc --quiet --command="BEGIN; INSERT INTO raw.organizations_inbox (body) VALUES ('{\"organization_key\": \"a\"}'); SELECT raw.ingest_organizations(), pg_sleep(1); COMMIT" >/dev/null 2>&1 &
DO $$
BEGIN
    WHILE NOT EXISTS (
        SELECT
        FROM pg_locks
        WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND relation = 'crm.organizations_dim'::regclass
          AND mode = 'RowExclusiveLock'
    ) LOOP
        PERFORM pg_sleep(0.01);
    END LOOP;
END;
$$;
INSERT INTO raw.organizations_inbox (body) VALUES ('{"organization_key": "a"}');
SELECT is(raw.ingest_organizations()::text, '(1,0,1,0)', 'the second waits, and sees what the first one brought');

SELECT * FROM finish();
ROLLBACK;
DELETE FROM raw.organizations;
DELETE FROM crm.organizations_dim;
