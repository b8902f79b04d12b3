-- internal.erased_key(): always the same for a secret, another one for another secret or key.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(3);

CREATE TEMP VIEW made AS
SELECT secret, key, internal.erased_key(secret, key) AS erased
FROM (VALUES ('one'::bytea), ('two')) AS secret (secret)
CROSS JOIN (VALUES (uuid '00000000-0000-4000-8000-000000000001'), ('00000000-0000-4000-8000-000000000002')) AS key (key);
SELECT is(count(DISTINCT erased), 4::bigint, 'secret and key decide') FROM made;
SELECT is_empty('SELECT FROM made WHERE erased = key', 'no key stays');
SELECT is(
    internal.erased_key('one', '00000000-0000-4000-8000-000000000001'),
    encode(substr(sha256('one'::bytea || '\x00000000000040008000000000000001'), 1, 16), 'hex')::uuid, 'as the migration makes it'
);

SELECT * FROM finish();
ROLLBACK;
