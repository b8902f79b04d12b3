-- internal.content_key(): one key a message id and content, and no other pair has it.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

SELECT is(
    internal.content_key('m1', '{}'), encode(substr(sha256('"m1"{}'), 1, 16), 'hex')::uuid,
    'is the first half of SHA-256: a key in the table stays valid for ever'
);
SELECT is(
    internal.content_key(NULL, '{}'), encode(substr(sha256('null{}'), 1, 16), 'hex')::uuid,
    'works without a message id'
);

SELECT isnt(internal.content_key(a_id, a_content), internal.content_key(b_id, b_content), description)
FROM (VALUES
    ('m1', '{}'::bytea, 'm2', '{}'::bytea, 'another id is another key'),
    ('m1', '{}',        'm1', '{ }',       'another content is another key'),
    (NULL, '{}',        '',   '{}',        'no id is not the empty id'),
    (NULL, '{}',        'null', '{}',      'no id is not the id "null"'),
    ('m',  '1',         'm1', '',          'id and content do not run together'),
    ('m"', 'x',         'm',  '"x',        'not even with quotes')
) AS pair (a_id, a_content, b_id, b_content, description);

SELECT * FROM finish();
ROLLBACK;
