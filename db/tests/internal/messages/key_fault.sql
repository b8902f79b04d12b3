-- internal.key_fault(): what is wrong with a field that holds a key, in words.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(22);

SELECT is(internal.key_fault(content, 'id'), fault, description)
FROM (VALUES
    ('{"id": "a"}'::jsonb, NULL,                                  'a key may be one character'),
    ('{"id": " a "}',      NULL,                                  'a key may have blanks around it'),
    ('{"id": "0"}',        NULL,                                  'a key may be zero'),
    ('{}',                 'id: missing',                         'a key must be there'),
    ('{"ID": "a"}',        'id: missing, there is ID',               'a field name is case-sensitive'),
    ('{"id": null}',       'id: must be a string, is of type null',    'a key is not null'),
    ('{"id": 1}',          NULL,                                  'a key may be a whole number'),
    ('{"id": -12345678901234567890}', NULL,                       'of any size'),
    ('{"id": 1e3}',        NULL,                                  'however it is written'),
    ('{"id": 1.5}',        'id: must be a string or a whole number, is 1.5', 'a key is no other number'),
    ('{"id": 1.0}',        'id: must be a string or a whole number, is 1.0', 'also where nothing stands behind the point'),
    ('{"id": true}',       'id: must be a string, is of type boolean', 'a key is no boolean'),
    ('{"id": ["a"]}',      'id: must be a string, is of type array',   'a key is no array'),
    ('{"id": {"a": 1}}',   'id: must be a string, is of type object',  'a key is no object'),
    ('{"id": ""}',         'id: blank',                           'a key is not empty'),
    ('{"id": " \t\n"}',    'id: blank',                           'a key is more than white space'),
    ('{"id": "\u00a0\u200b"}', 'id: blank',                        'a key is more than what nobody sees'),
    ('{"id": "\u00a0\u00e9"}', NULL,                               'a key may begin with that')
) AS key_case (content, fault, description);

SELECT is(internal.key_fault(jsonb_build_object('id', key), 'id'), fault, description)
FROM (VALUES
    (repeat('a', 1000),       NULL,                         'a key may be 1000 bytes long'),
    (repeat('a', 1001),       'id: longer than 1000 bytes', 'a key must not be longer'),
    (repeat('é', 500),        NULL,                         'its bytes count: 500 times two'),
    (repeat('é', 500) || 'a', 'id: longer than 1000 bytes', 'its bytes count, not its characters')
) AS key_case (key, fault, description);

SELECT * FROM finish();
ROLLBACK;
