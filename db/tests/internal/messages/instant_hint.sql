-- internal.instant_hint(): what is meant by what is no instant.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(31);

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(internal.instant_hint(value), 'epoch ' || unit || ': send ISO 8601, here "' || instant || '"', value::text)
FROM (VALUES
    ('1607457796'::jsonb,            'seconds',      '2020-12-08T20:03:16.000Z'),
    ('"1607457796"',                 'seconds',      '2020-12-08T20:03:16.000Z'),
    ('1607457796.7596',              'seconds',      '2020-12-08T20:03:16.759Z'),
    ('99999999999',                  'seconds',      '5138-11-16T09:46:39.000Z'),
    ('100000000000',                 'milliseconds', '1973-03-03T09:46:40.000Z'),
    ('1607457796759',                'milliseconds', '2020-12-08T20:03:16.759Z'),
    ('"/Date(1607457796759)/"',      'milliseconds', '2020-12-08T20:03:16.759Z'),
    ('"/Date(1607457796759+0100)/"', 'milliseconds', '2020-12-08T20:03:16.759Z'),
    ('100000000000000',              'microseconds', '1973-03-03T09:46:40.000Z'),
    ('1607457796759617',             'microseconds', '2020-12-08T20:03:16.759Z'),
    ('1607457796759617000',          'nanoseconds',  '2020-12-08T20:03:16.759Z')
) AS example (value, unit, instant);

SELECT is(internal.instant_hint(value), hint, value::text)
FROM (VALUES
    ('12345678'::jsonb,          'send ISO 8601, as "2020-12-08T20:03:16Z"'),
    ('""',                       NULL),
    ('"now"',                    NULL),
    ('[2020, 12, 8, 20, 3]',     'a list of numbers: send ISO 8601 (in Java, turn off WRITE_DATES_AS_TIMESTAMPS)'),
    ('{"$date": "2020-12-08T20:03:16Z"}', 'an object of $date: send ISO 8601, as text'),
    ('{"seconds": 1, "nanos": 0}', 'an object of nanos, seconds: send ISO 8601, as text'),
    ('{}',                       NULL),
    ('"2020-12-08"',             'a day without a time'),
    ('"2020-12-08 20:03:16 CET"', 'the name of a zone without an offset: send the offset, or UTC'),
    ('"2020-12-08T20:03[Europe/Paris]"', 'the name of a zone without an offset: send the offset, or UTC'),
    ('"2020-12-08 08:03:16 PM"', 'no instant of the calendar, or not in the form of "2020-12-08T20:03:16Z"'),
    ('"2020-12-08T25:03:16Z"',   'no instant of the calendar, or not in the form of "2020-12-08T20:03:16Z"'),
    ('"20201208T200316Z"',       'no instant of the calendar, or not in the form of "2020-12-08T20:03:16Z"'),
    ('"08.12.2020 20:03"',       'a local form, of which nobody knows where the month is: send ISO 8601'),
    ('"12/8/2020"',              'a local form, of which nobody knows where the month is: send ISO 8601'),
    ('"2020/12/08 20:03"',       'a local form, of which nobody knows where the month is: send ISO 8601'),
    ('"8-12-20 20:03"',          'a local form, of which nobody knows where the month is: send ISO 8601'),
    ('"Tue, 08 Dec 2020 20:03:16 GMT"', 'send ISO 8601, as "2020-12-08T20:03:16Z"'),
    ('"1607457796 s"',           'send ISO 8601, as "2020-12-08T20:03:16Z"')
) AS example (value, hint);
SELECT cmp_ok(length(internal.instant_hint(jsonb_build_object(repeat('x', 1000), 1))), '<', 200, 'a hint is short');

SELECT * FROM finish();
ROLLBACK;
