-- internal.body_hint(): what bytes are that are no JSON.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(52);

SELECT is(split_part(internal.body_hint(body), ':', 1), hint, format('%s: %s', hint, left(encode(body, 'hex'), 40)))
FROM (VALUES
    ('\x1f8b0800'::bytea,                       'gzip that was not unpacked'),
    ('\x789cab56',                              'deflate that was not unpacked'),
    ('\x28b52ffd04',                            'zstd'),
    ('\x04224d1864',                            'compressed'),
    ('BZh91AY',                                 'compressed'),
    ('\x0053774081'::bytea,                     'an AMQP 1.0 value section'),
    ('\x00800000000000000077a1',                'an AMQP 1.0 value section'),
    ('\x005375a0027b7d',                        'an AMQP 1.0 data section within the body'),
    ('\x005376c0',                              'an AMQP 1.0 section'),
    ('\x00537445',                              'an AMQP 1.0 section'),
    ('\x00a31d616d7170',                        'a described type of AMQP 1.0'),
    ('\xfffe0000',                              'UTF-32'),
    ('\x0000feff',                              'UTF-32'),
    ('\x7b00000022000000',                      'UTF-32'),
    ('\x0000007b00000022',                      'UTF-32'),
    ('\xfffe7b00',                              'UTF-16'),
    ('\xfeff007b',                              'UTF-16'),
    ('\x7b00220069006400',                      'UTF-16'),
    ('\x007b002200690064',                      'UTF-16'),
    ('\x00000000077b7d',                        'JSON behind 5 bytes, as a schema registry puts them'),
    ('\x000000000708616e',                      'Avro, or Protobuf of a schema registry'),
    ('\xc3010102',                              'Avro, or Protobuf of a schema registry'),
    ('\xaced000573',                            'a serialized Java object'),
    ('\x80049528',                              'a Python pickle'),
    ('\x82a26964a131',                          'perhaps MessagePack'),
    ('\xa26269646131',                          'perhaps CBOR'),
    ('\x1e7b7d0a',                              'JSON behind a record separator'),
    ('\x0c0000001069640001000000'::bytea,       'BSON'),
    ('\x0000000000',                            'only null bytes'),
    ('{"id": 1}\000',                           'bytes that end with a null byte'),
    (' <user id="1"/>',                         'XML or HTML'),
    ('eyJhbGciOiJub25lIn0.eyJpZCI6MX0.',        'a JSON web token'),
    (E'eyJpZCI6IDF9\n',                         'base64'),
    ('ewogICJpZCI6IDEKfQ==',                    'base64'),
    ('id=1&event_type=User+Created',            'a form'),
    ('id=1',                                    'a form'),
    ('id="1"',                                  NULL),
    ('{''id'': 1}',                             'the output of Python''s print'),
    ('{"id": None}',                            'the output of Python''s print'),
    ('anna,User,2020',                          'CSV'),
    ('"anna";"User"',                           'CSV'),
    (E'---\nid: 1',                             'YAML'),
    ('id: 1',                                   'YAML'),
    ('\x0a04616e6e61',                          'perhaps Protobuf'),
    ('\x0a04616e6e611001',                      'perhaps Protobuf'),
    ('\x0a04616e6e6107',                        NULL),
    ('\x0a7f616e',                              NULL),
    ('{"id": 1',                                NULL),
    ('oops',                                    NULL),
    (' ',                                       NULL),
    ('\xff',                                    NULL)
) AS example (body, hint);
SELECT is(internal.body_hint(convert_to(repeat('a=b&', 65536) || 'c', 'UTF8')), NULL, 'looks at the beginning alone');

SELECT * FROM finish();
ROLLBACK;
