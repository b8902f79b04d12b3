-- internal.has_only_strings(): the objects that need no look at their values one by one.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(15);

SELECT is(internal.has_only_strings(content), true, format('strings and nulls: %s', content))
FROM unnest(ARRAY['{}', '{"a": ""}', '{"a": "1", "b": null}', '{"a": "[1]", "b": "x"}']::jsonb[]) AS content;

SELECT is(internal.has_only_strings(content), false, format('something else: %s', content))
FROM unnest(ARRAY[
    '{"a": 1}', '{"a": true}', '{"a": []}', '{"a": ["x"]}', '{"a": {}}', '{"a": {"b": "x"}}', '{"a": "x", "b": 1, "c": "x"}',
    '[]', '["x"]', '"x"', 'null'
]::jsonb[]) AS content;

SELECT * FROM finish();
ROLLBACK;
