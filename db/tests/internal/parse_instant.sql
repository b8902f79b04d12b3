-- internal.parse_instant(): ISO 8601 only, UTC without a zone, whatever the session says.
BEGIN;
SELECT plan(66);

SET LOCAL timezone = 'Pacific/Kiritimati';  -- UTC+14
SELECT is(internal.parse_instant(input), expected::timestamptz, format('reads %s', input))
FROM (VALUES
    ('2020-12-08 20:03:16.759617',       '2020-12-08 20:03:16.759617+00'),
    ('2020-12-08T20:03:16.759617',       '2020-12-08 20:03:16.759617+00'),
    ('2020-12-08T20:03:16Z',             '2020-12-08 20:03:16+00'),
    ('2020-12-08t20:03z',                '2020-12-08 20:03:00+00'),
    ('2020-12-08 20:03',                 '2020-12-08 20:03:00+00'),
    ('2020-12-08 20:03:16,5',            '2020-12-08 20:03:16.5+00'),
    ('2020-12-08 20:03:16+02',           '2020-12-08 18:03:16+00'),
    ('2020-12-08 20:03:16 +02',          '2020-12-08 18:03:16+00'),
    ('2020-12-08 20:03:16+0530',         '2020-12-08 14:33:16+00'),
    ('2020-12-08 20:03:16-08:00',        '2020-12-09 04:03:16+00'),
    ('2020-12-08 20:03:16.5-08:00',      '2020-12-09 04:03:16.5+00'),
    ('2020-12-09 00:30:00+01:00',        '2020-12-08 23:30:00+00'),
    ('2020-12-08 23:59:59.999999',       '2020-12-08 23:59:59.999999+00'),
    ('2020-12-08 23:59:59.9999999',      '2020-12-08 23:59:59.999999+00'),
    ('2020-12-08T23:59:59,9999999999Z',  '2020-12-08 23:59:59.999999+00'),
    ('2020-12-08T23:59:59.9999999+00:00', '2020-12-08 23:59:59.999999+00'),
    ('2020-12-08 20:03:16.1234567+02',   '2020-12-08 18:03:16.123456+00'),
    ('2020-12-08 24:00',                 '2020-12-09 00:00:00+00'),
    ('2020-02-29 10:00',                 '2020-02-29 10:00:00+00')
) AS instant_case (input, expected);

SELECT is(internal.parse_instant(input), NULL, format('%s is no instant', to_json(input)))
FROM (VALUES
    (NULL), (''), (' '), ('now'), ('today'), ('tomorrow'), ('yesterday'), ('epoch'), ('infinity'), ('-infinity'), ('null'),
    ('2020-12-08'), ('20:03:16'), ('1607457600'), ('20201208T200316'), ('2020-343 10:00'), ('2020-W50-2 10:00'),
    ('Dec 8 2020 10:00'), ('8/12/2020 10:00'), ('12020-12-08 10:00'), ('2020-12-08 10:00 BC'),
    ('2020-12-08 10:00 UTC'), ('2020-12-08 10:00 Europe/Berlin'), ('2020-12-08 10:00 PM'),
    (' 2020-12-08 10:00'), ('2020-12-08 10:00 '), (E'2020-12-08 10:00\n'), (E'2020-12-08 10:00\nnow'),
    ('2020-12-08 10:00:00.'), ('2020-12-08 10:00:00.5.5'), ('2020-12-08 10:00 +2'), ('2020-12-08 10:00+02:'),
    ('2020-02-30 10:00'), ('2019-02-29 10:00'), ('2020-13-01 10:00'), ('2020-00-01 10:00'), ('2020-12-00 10:00'),
    ('0000-01-01 10:00'), ('2020-12-08 25:00'), ('2020-12-08 10:60'), ('2020-12-08 10:00:61'),
    ('2020-12-08 10:00+16'), ('2020-12-08 10:00+02:60')
) AS instant_case (input);

-- The digits of other scripts: some collations count them as digits, timestamptz never does.
SELECT is(internal.parse_instant('٢٠٢٠-١٢-٠٨ ١٠:٠٠' COLLATE "und-x-icu"), NULL, 'only ASCII digits are digits');

SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL timezone = 'America/New_York';
SELECT is(
    internal.parse_instant('2020-12-08 20:03'), timestamptz '2020-12-08 20:03+00',
    'neither zone nor date style of the session matters'
);
SELECT is(
    internal.parse_instant('2020-03-08 02:30'), timestamptz '2020-03-08 02:30+00',
    'there is no daylight saving time in UTC'
);
SELECT is(current_setting('timezone'), 'America/New_York', 'the session keeps its zone');

SELECT * FROM finish();
ROLLBACK;
