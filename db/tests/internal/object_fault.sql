-- internal.object_fault(): a JSON value that is an object, or what it is instead.
BEGIN;
SELECT plan(6);

SELECT is(internal.object_fault(content), fault, format('%s', content))
FROM (VALUES
    ('{}'::jsonb, NULL),
    ('[{}]',      'body: must be a JSON object, is of type array'),
    ('"{}"',      'body: must be a JSON object, is of type string'),
    ('1',         'body: must be a JSON object, is of type number'),
    ('true',      'body: must be a JSON object, is of type boolean'),
    ('null',      'body: must be a JSON object, is of type null')
) AS example (content, fault);

SELECT * FROM finish();
ROLLBACK;
