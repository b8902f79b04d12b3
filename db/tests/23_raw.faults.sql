-- raw.key_fault(), raw.text_fault(), raw.instant_fault(): what is wrong with a field, in words.
BEGIN;
SELECT plan(36);

SELECT is(raw.key_fault(content, 'id'), fault, description)
FROM (VALUES
    ('{"id": "a"}'::jsonb, NULL,                                  'a key may be one character'),
    ('{"id": " a "}',      NULL,                                  'a key may have blanks around it'),
    ('{"id": "0"}',        NULL,                                  'a key may be zero'),
    ('{}',                 'id: missing',                         'a key must be there'),
    ('{"ID": "a"}',        'id: missing',                         'a field name is case-sensitive'),
    ('{"id": null}',       'id: must be a string, is of type null',    'a key is not null'),
    ('{"id": 1}',          'id: must be a string, is of type number',  'a key is no number'),
    ('{"id": true}',       'id: must be a string, is of type boolean', 'a key is no boolean'),
    ('{"id": ["a"]}',      'id: must be a string, is of type array',   'a key is no array'),
    ('{"id": {"a": 1}}',   'id: must be a string, is of type object',  'a key is no object'),
    ('{"id": ""}',         'id: blank',                           'a key is not empty'),
    ('{"id": " \t\n"}',    'id: blank',                           'a key is more than white space')
) AS key_case (content, fault, description);

SELECT is(raw.key_fault(jsonb_build_object('id', key), 'id'), fault, description)
FROM (VALUES
    (repeat('a', 1000),       NULL,                         'a key may be 1000 bytes long'),
    (repeat('a', 1001),       'id: longer than 1000 bytes', 'a key must not be longer'),
    (repeat('é', 500),        NULL,                         'its bytes count: 500 times two'),
    (repeat('é', 500) || 'a', 'id: longer than 1000 bytes', 'its bytes count, not its characters')
) AS key_case (key, fault, description);

SELECT is(raw.text_fault(content, 'plan_name'), fault, description)
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

SELECT is(raw.instant_fault(content, 'at', raw.parse_instant(content ->> 'at')), fault, description)
FROM (VALUES
    ('{"at": "2020-12-08 10:00"}'::jsonb,    NULL,          'an instant may be one'),
    ('{"at": "1970-01-01 00:00"}',           NULL,          'the first instant that is taken'),
    ('{"at": "2199-12-31 23:59:59.999999"}', NULL,          'the last instant that is taken'),
    ('{}',                'at: missing',                             'an instant must be there'),
    ('{"at": null}',      'at: must be a string, is of type null',   'an instant is not null'),
    ('{"at": 1607457600}', 'at: must be a string, is of type number', 'an instant is no number'),
    ('{"at": "now"}',     'at: no ISO 8601 date and time: "now"',    'an instant does not depend on the clock'),
    ('{"at": "1969-12-31 23:59:59.999999"}', 'at: not in the years 1970 to 2199: "1969-12-31 23:59:59.999999"',
        'before the first instant'),
    ('{"at": "2200-01-01 00:00"}', 'at: not in the years 1970 to 2199: "2200-01-01 00:00"',
        'after the last instant'),
    ('{"at": "0001-01-01 00:00"}', 'at: not in the years 1970 to 2199: "0001-01-01 00:00"',
        'the year one'),
    ('{"at": "1970-01-01 00:00+01"}', 'at: not in the years 1970 to 2199: "1970-01-01 00:00+01"',
        'the years are those of UTC')
) AS instant_case (content, fault, description);

SELECT is(
    length(raw.instant_fault(jsonb_build_object('at', repeat('x', 5000)), 'at', NULL)), 131,
    'a long value is quoted in part'
);

SELECT * FROM finish();
ROLLBACK;
