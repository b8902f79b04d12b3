-- internal.object_fault(): a JSON value that is an object, or what it is instead.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(11);

SELECT is(internal.object_fault(content), fault, format('%s', content))
FROM (VALUES
    ('{}'::jsonb, NULL),
    ('[]',        'body: must be a JSON object, is of type array'),
    ('[1, {}]',   'body: must be a JSON object, is an array with an object as its second element, as Celery sends tasks: send the object'),
    ('[{}, 1]',   'body: must be a JSON object, is an array of 2: send each in a message of its own'),
    ('"{}"',      'body: must be a JSON object, is JSON encoded twice: send the object, not a string that holds it'),
    ('" [1]"',    'body: must be a JSON object, is JSON encoded twice: send the object, not a string that holds it'),
    ('"eyJpZCI6IDF9"', 'body: must be a JSON object, is base64 in a string: send the object itself'),
    ('"id {}"',   'body: must be a JSON object, is of type string'),
    ('1',         'body: must be a JSON object, is of type number'),
    ('true',      'body: must be a JSON object, is of type boolean'),
    ('null',      'body: must be a JSON object, is of type null')
) AS example (content, fault);

SELECT * FROM finish();
ROLLBACK;
