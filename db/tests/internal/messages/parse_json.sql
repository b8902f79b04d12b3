-- internal.parse_json(): a value or a fault, whatever the bytes.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(36);

SELECT is((internal.parse_json(convert_to(body, 'UTF8'))).content, ltrim(body, E'\uFEFF')::jsonb, description)
FROM (VALUES
    ('{}',                          'an empty object is an object'),
    (E'\uFEFF{"a": 1}',             'a byte order mark before it is allowed'),
    (E' {"a" : 1}\r\n',             'white space around it is allowed'),
    ('{"a": [{"b": null}, 1.5e3]}', 'values nest'),
    ('{"a": "é😀\u00e9\ud83d\ude00"}', 'characters of all planes, written out or escaped'),
    ('[{}]',                        'an array is a value'),
    ('null',                        'so is null'),
    ('{"a": "\\u0000"}',            'an escaped backslash before u0000 is just text'),
    ('{"a": 1, "a": 2}',            'of a key that comes twice the last counts')
) AS json_case (body, description);

SELECT is((internal.parse_json(body)).fault, fault, description)
FROM (VALUES
    ('{}'::bytea, NULL,                                                  'an object has no fault'),
    (NULL,        'body: empty',                                         'null is empty'),
    ('',          'body: empty',                                         'no bytes are empty')
) AS json_case (body, fault, description);

SELECT matches((internal.parse_json(body)).fault, '^body: ' || pattern, description)
FROM (VALUES
    ('\x7b2261223a22ff227d'::bytea, 'not UTF-8: invalid byte sequence.*0xff', 'a byte that UTF-8 has not'),
    ('\x7b2261223a22e4227d',        'not UTF-8: ',                            'Latin-1'),
    ('\x7b2261223a22c0af227d',      'not UTF-8: ',                            'an overlong form'),
    ('\x7b2261223a22eda080227d',    'not UTF-8: ',                            'a surrogate in UTF-8'),
    ('\x7b2261223a2200227d',        'not UTF-8: ',                            'a null byte'),
    ('\xefbbbfefbbbf7b7d',          'not JSON: ',                             'two byte order marks'),
    ('\x1f8b08',                    'not JSON, but gzip that',                'what body_hint knows'),
    (' ',                           'not JSON: ',                             'a blank'),
    ('{"a": 1',                     'not JSON: ',                             'an object that does not end'),
    ('{"a": 1} {}',                 'not one JSON value: send each in a message of its own: ',                             'two objects'),
    ('{a: 1}',                      'not JSON: ',                             'no quotes'),
    (E'{"a": 1}\n{"a": 1}',        'not one JSON value: ',                   'one object a line'),
    ('{},{}',                      'not one JSON value: ',                   'values with a comma between them'),
    ('{"a": NaN}',                  'not JSON: .*Token "NaN" is invalid',     'NaN, and the reason has the detail'),
    ('{"a": 1e400000}',             'not JSON: ',                             'a number beyond numeric'),
    (convert_to('{"a": "\u0000"}', 'UTF8'),       'not JSON: ', 'an escaped null character, which text cannot hold'),
    (convert_to('{"a": "\ud800"}', 'UTF8'),       'not JSON: ', 'a high surrogate alone'),
    (convert_to('{"a": "\udc00\ud800"}', 'UTF8'), 'not JSON: ', 'surrogates the wrong way round'),
    (convert_to('{"a": ' || repeat('[', 100000), 'UTF8'), 'not JSON: .*stack depth', 'nesting without end')
) AS json_case (body, pattern, description);

SELECT is((internal.parse_json(body)).fault, fault, description)
FROM (VALUES
    (convert_to(rpad('{"a": 1}', 262144), 'UTF8'), NULL,                           'a body may have 256 KiB'),
    (convert_to(rpad('{"a": 1}', 262145), 'UTF8'), 'body: larger than 256 KiB',    'and no byte more'),
    ('{"b": 1, "a": [1e131071]}', 'a: a number of more than 400 digits before or after the point', 'a value beyond the bounds')
) AS json_case (body, fault, description);

SELECT is(content, NULL, 'what has a fault has no content')
FROM internal.parse_json('[1e400]');

SELECT cmp_ok(
    length((internal.parse_json(convert_to('{"' || repeat('x', 5000), 'UTF8'))).fault), '<=', 500,
    'a fault is not as long as the body'
);

SELECT * FROM finish();
ROLLBACK;
