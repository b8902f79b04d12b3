-- internal.text_fault(): what is wrong with a field that holds text, in words.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

SELECT is(internal.text_fault(content, 'plan_name'), fault, description)
FROM (VALUES
    ('{"plan_name": "free"}'::jsonb, NULL, 'text may be text'),
    ('{"plan_name": ""}',            NULL, 'text may be empty'),
    ('{"plan_name": null}',          NULL, 'text may be null'),
    ('{}',                           NULL, 'text may be absent'),
    ('{"plan_name": 1}',      'plan_name: must be a string or null, is of type number',  'text is no number'),
    ('{"plan_name": false}',  'plan_name: must be a string or null, is of type boolean', 'text is no boolean'),
    ('{"plan_name": []}',     'plan_name: must be a string or null, is of type array',   'text is no array'),
    ('{"plan_name": {}}',     'plan_name: must be a string or null, is of type object',  'text is no object')
) AS text_case (content, fault, description);

SELECT * FROM finish();
ROLLBACK;
