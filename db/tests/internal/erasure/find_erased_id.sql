-- internal.find_erased_id(): whose message it is, of one that nobody can parse.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(11);

INSERT INTO etl.erasures (token, events, rejects, versions)
SELECT internal.erasure_token(secret, id), 0, 0, 0
FROM etl.erasure_secret
CROSS JOIN (VALUES ('anna'), ('änne'), ('5'), ('a"b')) AS erased (id);
SELECT is(internal.find_erased_id(convert_to(body, 'UTF8')), id, body)
FROM (VALUES
    ('{"id": "anna", "x": ', 'anna'),
    ('{"x": {"id" : "ann\u0061"}}', 'anna'),
    ('{"id":5}', '5'),
    ('{"id": "a\"b"}', 'a"b'),
    ('{"id": "bob", "invited_by": "anna"}', NULL),
    ('{"id": "bob", "user": {"id": "anna"}}', 'anna'),
    ('{"id": "\u0000"}', NULL)
) AS example (body, id);
SELECT is(internal.find_erased_id('\x00'), NULL, 'no text');
SELECT is(
    internal.find_erased_id(convert_to('{"id":"änne"' || repeat('ä', 200000), 'UTF8')), 'änne', 'of a large body the beginning is searched'
);
SELECT is(internal.find_erased_id(convert_to(repeat(' ', 262140) || '"id": "anna"', 'UTF8')), NULL, 'what is not kept is not');
SELECT is(internal.find_erased_id(''), NULL, 'nothing');

SELECT * FROM finish();
ROLLBACK;
