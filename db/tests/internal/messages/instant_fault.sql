-- internal.instant_fault(): what is wrong with a field that holds an instant, in words.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(15);

SELECT is(internal.instant_fault(content, 'at', internal.parse_instant(content ->> 'at'), latest), fault, description)
FROM (VALUES
    ('{"at": "2020-12-08 10:00"}'::jsonb,    NULL,          'an instant may be one'),
    ('{"at": "1970-01-01 00:00"}',           NULL,          'the first instant that is taken'),
    ('{"at": "2199-12-31 23:59:59.999999"}', NULL,          'the last instant that is taken'),
    ('{}',                'at: missing',                             'an instant must be there'),
    ('{"at": null}',      'at: must be a string, is of type null',   'an instant is not null'),
    ('{"at": 1607457600}', 'at: no ISO 8601 date and time: 1607457600, epoch seconds: send ISO 8601, here "2020-12-08T20:00:00.000Z"', 'an instant is no number'),
    ('{"at": "now"}',     'at: no ISO 8601 date and time: "now"',    'an instant does not depend on the clock'),
    ('{"at": "1969-12-31 23:59:59.999999"}', 'at: not in the years 1970 to 2199: "1969-12-31 23:59:59.999999"',
        'before the first instant'),
    ('{"at": "2200-01-01 00:00"}', 'at: not in the years 1970 to 2199: "2200-01-01 00:00"',
        'after the last instant'),
    ('{"at": "0001-01-01 00:00"}', 'at: not in the years 1970 to 2199: "0001-01-01 00:00"',
        'the year one'),
    ('{"at": "1970-01-01 00:00+01"}', 'at: not in the years 1970 to 2199: "1970-01-01 00:00+01"',
        'the years are those of UTC')
) AS instant_case (content, fault, description)
CROSS JOIN (VALUES (timestamptz '2200-01-01 00:00Z')) AS taken (latest);

SELECT is(
    length(internal.instant_fault(jsonb_build_object('at', repeat('x', 5000)), 'at', NULL, now())), 131,
    'a long value is quoted in part'
);

SELECT is(internal.instant_fault('{"at": "2020-12-09 00:00"}', 'at', '2020-12-09 00:00Z', '2020-12-09 00:00Z'), NULL, 'the latest is taken');
SELECT is(
    internal.instant_fault('{"at": "2020-12-09 00:00:00.000001"}', 'at', '2020-12-09 00:00:00.000001Z', '2020-12-09 00:00Z'),
    'at: too far in the future: "2020-12-09 00:00:00.000001" (a wrong clock or unit, or local time sent as UTC?)', 'after the latest'
);
SELECT is(
    length(internal.instant_fault(jsonb_build_object('at', repeat('x', 5000)), 'at', '2020-12-10 00:00Z', '2020-12-09 00:00Z')), 179,
    'of which a part is quoted as well'
);

SELECT * FROM finish();
ROLLBACK;
