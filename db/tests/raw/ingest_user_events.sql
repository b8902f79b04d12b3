-- raw.ingest_user_events(): every message lands, in raw or in quarantine with a reason, and only once.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(105);

\set event '''{"id": "anna", "event_type": "User Created", "received_at": "2020-12-08 10:00"}''::jsonb'

-- The values of an event, as they came.
SELECT is(result::text, '(1,1,0,0)', 'an event is inserted')
FROM raw.ingest_user_events(ARRAY[convert_to($${
    "id": " Anna ", "event_type": "User Updated", "received_at": "2020-12-08T23:30:00.123456-02:00",
    "username": "", "user_email": " A@example.com", "user_type": "  ", "organization_name": null,
    "plan_name": "é😀", "colour": "red", "tags": [1, {"a": null}], "sequence": 7
}$$, 'UTF8')], ARRAY['m1']) AS result;
SELECT row_eq(
    $$
        SELECT
            event_key, user_id COLLATE "default", event_type, username, user_email, user_type,
            organization_name, plan_name, received_at, event_date, sequence, extra, ingested_at
        FROM raw.user_events
    $$,
    row(
        internal.content_key('m1', convert_to($${
            "id": " Anna ", "event_type": "User Updated", "received_at": "2020-12-08T23:30:00.123456-02:00",
            "username": "", "user_email": " A@example.com", "user_type": "  ", "organization_name": null,
            "plan_name": "é😀", "colour": "red", "tags": [1, {"a": null}], "sequence": 7
        }$$::jsonb::text, 'UTF8')),
        ' Anna '::text, 'User Updated'::text, ''::text, ' A@example.com'::text, '  '::text,
        NULL::text, 'é😀'::text, timestamptz '2020-12-09 01:30:00.123456+00', date '2020-12-09',
        7::bigint, '{"colour": "red", "tags": [1, {"a": null}]}'::jsonb, now()
    ),
    'its values stay as they came; unknown fields are kept in extra'
);

DELETE FROM raw.user_events;
SELECT is(result::text, '(1,1,0,0)', 'an event with its three necessary fields is inserted')
FROM raw.ingest_user_events(ARRAY[convert_to(:event::text, 'UTF8')], NULL) AS result;
SELECT results_eq(
    'SELECT (username, user_email, user_type, organization_name, plan_name, sequence, extra)::text FROM raw.user_events', ARRAY['(,,,,,,)'],
    'fields that are absent are null, extra without unknown fields too'
);

SELECT is(result::text, '(2,2,0,0)', 'an id may be a whole number')
FROM raw.ingest_user_events(
    ARRAY[convert_to((:event || '{"id": 7}')::text, 'UTF8'), convert_to((:event || '{"id": "7"}')::text, 'UTF8')], NULL
) AS result;
SELECT results_eq(
    'SELECT user_id COLLATE "default" FROM raw.user_events WHERE extra IS NULL ORDER BY event_sk', ARRAY['anna', '7', '7'],
    'and is the same user as its digits'
);

-- Which messages are the same.
SELECT is(
    (SELECT result::text FROM raw.ingest_user_events(ARRAY[body], message_ids) AS result), expected, description
)
FROM (VALUES
    (1, convert_to('{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', 'UTF8'),
        ARRAY['m1'], '(1,1,0,0)', 'a new event is new'),
    (2, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        ARRAY['m1'], '(1,0,1,0)', 'the same message again is a duplicate'),
    (3, E'{"event_type":"User Created",\n"received_at":"2020-12-08 10:00","id":"b"}',
        ARRAY['m1'], '(1,0,1,0)', 'order and white space of its fields say nothing'),
    (4, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00", "plan_name": "x"}',
        ARRAY['m1'], '(1,1,0,0)', 'the same id with another content is another event'),
    (5, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00", "colour": "red"}',
        ARRAY['m1'], '(1,1,0,0)', 'unknown fields are content'),
    (6, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        ARRAY['m2'], '(1,1,0,0)', 'the same content with another id is another event'),
    (7, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        ARRAY[NULL], '(1,1,0,0)', 'the same content without an id is another event'),
    (8, '{"id": "b", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        NULL,        '(1,0,1,0)', 'the same content without an id again is a duplicate'),
    (9, '{"id": "c", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        ARRAY['m1'], '(1,1,0,0)', 'the same id of another user is another event'),
    (10, '{"id": "c", "event_type": "User Created", "received_at": "2020-12-08 10:01"}',
        ARRAY['m1'], '(1,1,0,0)', 'the same id at another instant is another event'),
    (11, 'broken', ARRAY['m1'], '(1,0,0,1)', 'a broken message is rejected'),
    (12, 'broken', ARRAY['m1'], '(1,0,1,0)', 'the same broken message again is a duplicate'),
    (13, 'broken', ARRAY['m2'], '(1,0,0,1)', 'a broken message with another id is another one'),
    (14, 'broken', ARRAY[NULL], '(1,0,0,1)', 'a broken message without an id is another one'),
    (15, 'broken', NULL,        '(1,0,1,0)', 'a broken message without an id again is a duplicate'),
    (16, 'broken ', ARRAY['m1'], '(1,0,0,1)', 'a broken message is compared byte by byte')
) AS message (n, body, message_ids, expected, description)
ORDER BY n;

SELECT is(
    result::text, '(7,2,3,2)', 'duplicates within a batch are found as well'
)
FROM raw.ingest_user_events(
    ARRAY['x', '{"id": "d", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', 'x',
        '{"id": "d", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', 'x',
        '{"id": "d", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
        '{"id": "d", "event_type": "User Created", "received_at": "2020-12-08 10:00" }']::bytea[],
    ARRAY['1', '2', '1', '2', '3', '2', '4']
) AS result;

-- Bad messages, each between two good ones.
CREATE TEMP TABLE bad AS
SELECT row_number() OVER () AS n, body, reason
FROM (VALUES
    (NULL::bytea,                                'body: empty'),
    ('',                                         'body: empty'),
    ('\xff',                                     'body: not UTF-8: %'),
    ('{"id": ',                                  'body: not JSON: %'),
    ('{"id": NaN}',                              'body: not JSON: %'),
    ('{"id": 1e400000}',                         'body: not JSON: %'),
    (convert_to('{"id": "\u0000"}', 'UTF8'),     'body: not JSON: %'),
    (convert_to('{"id": "\ud800"}', 'UTF8'),     'body: not JSON: %'),
    (convert_to(repeat('[', 100000), 'UTF8'),    'body: not JSON: stack depth%'),
    ('[1]',                                      'body: must be a JSON object, is of type array'),
    ('"x"',                                      'body: must be a JSON object, is of type string'),
    ('null',                                     'body: must be a JSON object, is of type null'),
    ('{}',                                       'id: missing')
) AS bytes (body, reason)
UNION ALL
SELECT 100 + row_number() OVER (), convert_to((:event || change)::text, 'UTF8'), reason
FROM (VALUES
    ('{"id": null}'::jsonb,                      'id: must be a string, is of type null'),
    ('{"id": 4.2}',                              'id: must be a string or a whole number, is 4.2'),
    ('{"id": ["anna"]}',                         'id: must be a string, is of type array'),
    ('{"id": ""}',                               'id: blank'),
    ('{"id": " \t "}',                           'id: blank'),
    (jsonb_build_object('id', repeat('x', 1001)), 'id: longer than 1000 bytes'),
    ('{"event_type": null}',                     'event_type: must be a string, is of type null'),
    ('{"event_type": 1}',                        'event_type: unknown: 1, must be ' || :'types'),
    ('{"event_type": " "}',                      'event_type: blank'),
    ('{"event_type": "User Renamed"}',           'event_type: unknown: "User Renamed", must be ' || :'types'),
    ('{"event_type": "user created"}',           'event_type: unknown: "user created", must be User Created'),
    ('{"event_type": "User Created "}',          'event_type: unknown: "User Created ", must be User Created'),
    ('{"received_at": null}',                    'received_at: must be a string, is of type null'),
    ('{"received_at": 1607457600}',              'received_at: no ISO 8601 date and time: 1607457600, epoch seconds: %'),
    ('{"received_at": ""}',                      'received_at: no ISO 8601 date and time: ""'),
    ('{"received_at": "now"}',                   'received_at: no ISO 8601 date and time: "now"'),
    ('{"received_at": "tomorrow"}',              'received_at: no ISO 8601 date and time: "tomorrow"'),
    ('{"received_at": "epoch"}',                 'received_at: no ISO 8601 date and time: "epoch"'),
    ('{"received_at": "infinity"}',              'received_at: no ISO 8601 date and time: "infinity"'),
    ('{"received_at": "-infinity"}',             'received_at: no ISO 8601 date and time: "-infinity"'),
    ('{"received_at": "2020-02-30 10:00"}',      'received_at: no ISO 8601 date and time: "2020-02-30 10:00", no instant%'),
    ('{"received_at": "2020-12-08 25:00"}',      'received_at: no ISO 8601 date and time: "2020-12-08 25:00", no instant%'),
    ('{"received_at": "2020-13-08 10:00"}',      'received_at: no ISO 8601 date and time: "2020-13-08 10:00", no instant%'),
    ('{"received_at": "0001-01-01 00:00"}',      'received_at: not in the years 1970 to 2199: "0001-01-01 00:00"'),
    ('{"username": 1}',                          'username: must be a string or null, is of type number'),
    ('{"user_email": true}',                     'user_email: must be a string or null, is of type boolean'),
    ('{"user_type": ["x"]}',                     'user_type: must be a string or null, is of type array'),
    ('{"organization_name": {"x": 1}}',          'organization_name: must be a string or null, is of type object'),
    ('{"plan_name": 0}',                         'plan_name: must be a string or null, is of type number')
) AS field (change, reason)
UNION ALL
SELECT 200 + row_number() OVER (), convert_to((:event - field)::text, 'UTF8'), field || ': missing'
FROM (VALUES ('id'), ('event_type'), ('received_at')) AS field (field);

DELETE FROM raw.rejected_user_events;
SELECT is(
    (
        SELECT result::text
        FROM raw.ingest_user_events(
            ARRAY[good.body, bad.body, good.body], ARRAY['before ' || n, 'bad ' || n, 'after ' || n]
        ) AS result
    ),
    '(3,2,0,1)', 'its neighbours land: ' || reason
)
FROM bad
CROSS JOIN (VALUES (convert_to(:event::text, 'UTF8'))) AS good (body);

SELECT is_empty(
    $$
        SELECT bad.n, bad.reason, reject.*
        FROM bad
        LEFT JOIN raw.rejected_user_events AS reject ON reject.message_id = 'bad ' || bad.n
        WHERE NOT (reject.body = coalesce(bad.body, '') AND reject.reason LIKE bad.reason) IS TRUE
    $$,
    'each bad message is in quarantine, as it came, with its reason'
);
SELECT row_eq(
    $$ SELECT reject_key, rejected_at FROM raw.rejected_user_events WHERE message_id = 'bad 101' $$,
    row(
        internal.content_key('bad 101', (SELECT body FROM bad WHERE n = 101)),
        now()
    ),
    'a reject has its key and time'
);
SELECT is(result::text, '(1,0,0,1)', 'a long value is rejected')
FROM raw.ingest_user_events(
    ARRAY[convert_to((:event || jsonb_build_object('event_type', repeat('x', 500)))::text, 'UTF8')], ARRAY['long']
) AS result;
SELECT is(
    (SELECT length(reason) FROM raw.rejected_user_events WHERE message_id = 'long'), 131 + length(:'types'),
    'and quoted in part'
);

-- Days.
DELETE FROM raw.user_events;
SET LOCAL timezone = 'America/New_York';
SELECT is(result::text, '(1,1,0,0)', 'lands while the session is west of UTC')
FROM raw.ingest_user_events(
    ARRAY[convert_to((:event || '{"id": "west", "received_at": "2020-12-08 00:00"}')::text, 'UTF8')], NULL
) AS result;
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(result::text, '(1,1,0,0)', 'lands while the session is east of UTC')
FROM raw.ingest_user_events(
    ARRAY[convert_to((:event || '{"id": "east", "received_at": "2020-12-08 00:00"}')::text, 'UTF8')], NULL
) AS result;
SET LOCAL timezone = 'UTC';
SELECT is(result::text, '(4,4,0,0)', 'lands while the session is at UTC')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"id": "utc", "received_at": "2020-12-08 00:00"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "late", "received_at": "2020-12-08 23:59:59.9999999"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "next", "received_at": "2020-12-09T00:00:00Z"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "zone", "received_at": "2020-12-09T00:30:00+0100"}')::text, 'UTF8')
    ],
    NULL
) AS result;
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", received_at, event_date FROM raw.user_events ORDER BY user_id $$,
    $$
        VALUES
            ('east', timestamptz '2020-12-08 00:00:00+00',     date '2020-12-08'),
            ('late', '2020-12-08 23:59:59.999999+00',          '2020-12-08'),
            ('next', '2020-12-09 00:00:00+00',                 '2020-12-09'),
            ('utc',  '2020-12-08 00:00:00+00',                 '2020-12-08'),
            ('west', '2020-12-08 00:00:00+00',                 '2020-12-08'),
            ('zone', '2020-12-08 23:30:00+00',                 '2020-12-08')
    $$,
    'an instant without zone is UTC, and the day is the UTC day'
);

-- The future: up to a day ahead of the clock, not of the transaction's beginning.
DELETE FROM raw.rejected_user_events;
SELECT is(result::text, '(2,1,0,1)', 'an event from the future is rejected beyond a day')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || jsonb_build_object('id', 'tomorrow', 'received_at', clock_timestamp()::timestamptz(0) + interval '23:59'))::text, 'UTF8'),
        convert_to((:event || jsonb_build_object('id', 'later', 'received_at', clock_timestamp()::timestamptz(0) + interval '24:01'))::text, 'UTF8')
    ],
    NULL
) AS result;
SELECT matches(reason, '^received_at: too far in the future', 'with the reason') FROM raw.rejected_user_events;

-- The order of arrival.
DELETE FROM raw.user_events;
DELETE FROM raw.rejected_user_events;
SELECT is(result::text, '(4,3,0,1)', 'a batch in no order of time lands')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"id": "z", "received_at": "2020-12-09 10:00"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "b", "received_at": "2020-12-08 10:00"}')::text, 'UTF8'),
        'bad',
        convert_to((:event || '{"id": "a", "received_at": "2020-12-08 10:00"}')::text, 'UTF8')
    ],
    NULL
) AS result;
SELECT results_eq(
    $$
        SELECT user_id COLLATE "default" FROM (
            SELECT user_id, event_sk FROM raw.user_events
            UNION ALL
            SELECT 'bad', event_sk FROM raw.rejected_user_events
        ) AS message
        ORDER BY event_sk
    $$,
    ARRAY['z', 'b', 'bad', 'a'],
    'event_sk counts messages as they came, the rejected among them'
);

-- What else is written: which days have news, and what each call did.
DELETE FROM etl.arrivals;
DELETE FROM etl.ingests;
SELECT is(result::text, '(3,2,0,1)', 'a batch of two days and a bad message lands')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"received_at": "2021-01-01 10:00"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-02 10:00"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-03 10:00", "id": null}')::text, 'UTF8')
    ],
    NULL
) AS result;
SELECT results_eq(
    $$ SELECT event_date, xid FROM etl.arrivals ORDER BY event_date $$,
    $$ VALUES (date '2021-01-01', pg_current_xact_id()), ('2021-01-02', pg_current_xact_id()) $$,
    'the days of new events are noted with the transaction, not those of rejects'
);
-- Apart from the arrivals: on Citus, tables of the workers and of the coordinator cannot be joined.
CREATE FUNCTION pg_temp.numbers(p_day date) RETURNS int8multirange LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT range_agg(int8range(event_sk, event_sk, '[]')) FROM raw.user_events WHERE event_date = p_day);
END;
$$;
SELECT results_eq(
    $$
        SELECT event_date, event_sks @> pg_temp.numbers(event_date), upper(event_sks) - lower(event_sks), n_events
        FROM etl.arrivals
        ORDER BY event_date
    $$,
    $$ VALUES (date '2021-01-01', true, 3::bigint, 1::bigint), ('2021-01-02', true, 3, 1) $$,
    'with the numbers of all its messages, and how many events'
);
SELECT raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"received_at": "2021-01-01 11:00", "event_type": "User Updated"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-01 12:00", "event_type": "User Updated"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-01 12:00", "event_type": "User Deleted"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-01 13:00"}')::text, 'UTF8')
    ],
    NULL
) \g /dev/null
SELECT results_eq(
    $$
        SELECT event_date, n_events
        FROM etl.arrivals
        WHERE event_sks @> pg_temp.numbers(event_date)
        ORDER BY event_date
    $$,
    $$ VALUES (date '2021-01-01', 5::bigint), ('2021-01-02', 1) $$,
    'what the same transaction brings later is added'
);
UPDATE etl.arrivals SET event_sks = NULL WHERE event_date = '2021-01-01';
SELECT raw.ingest_user_events(
    ARRAY[convert_to((:event || '{"received_at": "2021-01-01 14:00"}')::text, 'UTF8')], NULL
) \g /dev/null
SELECT is(event_sks, NULL, 'but not to a day that is to be loaded as a whole') FROM etl.arrivals WHERE event_date = '2021-01-01';
DELETE FROM etl.ingests WHERE ingest_sk > (SELECT min(ingest_sk) FROM etl.ingests);
DELETE FROM etl.arrivals;
SELECT is(result::text, '(2,1,1,0)', 'a batch with a duplicate lands')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"received_at": "2021-01-01 10:00"}')::text, 'UTF8'),
        convert_to((:event || '{"received_at": "2021-01-04 10:00"}')::text, 'UTF8')
    ],
    NULL
) AS result;
SELECT results_eq(
    'SELECT event_date FROM etl.arrivals', ARRAY[date '2021-01-04'],
    'a duplicate is no news'
);
SELECT results_eq(
    $$
        SELECT import_id, positions, received, inserted, duplicates, rejected, ingested_at
        FROM etl.ingests
        ORDER BY ingest_sk
    $$,
    $$
        VALUES
            (NULL::text, NULL::int8multirange, 3::bigint, 2::bigint, 0::bigint, 1::bigint, now()),
            (NULL, NULL, 2, 1, 1, 0, now())
    $$,
    'each call is noted with its counts'
);

DELETE FROM etl.ingests;
SELECT is(result::text, '(5,4,0,1)', 'messages of two imports and another one land')
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"id": "1"}')::text, 'UTF8'), convert_to((:event || '{"id": "2"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "3"}')::text, 'UTF8'), convert_to((:event || '{"id": "4"}')::text, 'UTF8'),
        convert_to((:event || '{"id": 5.5}')::text, 'UTF8')
    ],
    NULL,
    ARRAY[
        'import/00000000-0000-4000-8000-000000000001/7', 'import/00000000-0000-4000-8000-000000000002/1', NULL,
        'import/00000000-0000-4000-8000-000000000001/9', 'import/00000000-0000-4000-8000-000000000001/8'
    ]
) AS result;
SELECT results_eq(
    $$
        SELECT import_id, positions, received, inserted, duplicates, rejected
        FROM etl.ingests
        ORDER BY import_id
    $$,
    $$
        VALUES
            ('00000000-0000-4000-8000-000000000001', int8multirange '{[7,10)}',
                3::bigint, 2::bigint, 0::bigint, 1::bigint),
            ('00000000-0000-4000-8000-000000000002', '{[1,2)}', 1, 1, 0, 0),
            (NULL, NULL, 1, 1, 0, 0)
    $$,
    'each file import is noted for itself, with the positions of its messages'
);
SELECT results_eq(
    $$
        SELECT import_id, user_id COLLATE "default"
        FROM etl.ingests
        JOIN raw.user_events ON event_sk <@ event_sks
        ORDER BY 1, 2
    $$,
    $$
        VALUES
            ('00000000-0000-4000-8000-000000000001', '1'), ('00000000-0000-4000-8000-000000000001', '4'),
            ('00000000-0000-4000-8000-000000000002', '2')
    $$,
    'and with its events'
);
SELECT is(count(*), 1::bigint, 'and rejects')
FROM etl.ingests
JOIN raw.rejected_user_events ON event_sk <@ event_sks;

DELETE FROM etl.ingests;
SELECT is(result::text, '(12,4,4,4)', 'messages of two imports land out of order, some of them twice')
FROM (
    SELECT
        array_agg(CASE kind WHEN 'good' THEN convert_to(:event::text, 'UTF8') ELSE 'bad' END) AS bodies,
        array_agg(correlation_id) AS correlation_ids
    FROM (VALUES
        ('good', 'import/some/9'), ('good', 'import/some/1'), ('good', 'import/some/1'), ('bad', 'import/some/3'),
        ('bad', 'import/some/4'), ('bad', 'import/some/4'), ('bad', 'import/some/7'), ('bad', 'import/some/7'),
        ('good', 'import/some/3'),
        ('bad', 'import/other/2'), ('good', 'import/other/4'), ('good', 'import/other/4')
    ) AS message (kind, correlation_id)
) AS batch
CROSS JOIN LATERAL raw.ingest_user_events(bodies, correlation_ids, correlation_ids) AS result;
SELECT bag_eq(
    $$ SELECT import_id, positions, received, inserted, duplicates, rejected FROM etl.ingests $$,
    $$
        VALUES
            ('some', int8multirange '{[1,2),[3,5),[7,8),[9,10)}', 9::bigint, 3::bigint, 3::bigint, 3::bigint),
            ('other', '{[2,3),[4,5)}', 3, 1, 1, 1)
    $$,
    'positions that come twice, and gaps, are noted as they are'
);

-- Arguments.
SELECT is(result::text, '(0,0,0,0)', 'no messages are no error')
FROM raw.ingest_user_events('{}', '{}', '{}') AS result;
SELECT is(result::text, '(2,2,0,0)', 'ids may be given for some messages only')
FROM raw.ingest_user_events(
    ARRAY[convert_to(:event::text, 'UTF8'), convert_to(:event::text, 'UTF8')], ARRAY[NULL, 'some'], ARRAY[NULL, 'any']
) AS result;
SELECT throws_ok(
    statement, '22023', 'p_bodies must not be null, and the other arrays must have its length', description
)
FROM (VALUES
    ($$ SELECT raw.ingest_user_events(NULL, NULL) $$,                        'refuses no array'),
    ($$ SELECT raw.ingest_user_events('{x}', '{}') $$,                       'refuses too few ids'),
    ($$ SELECT raw.ingest_user_events('{x}', '{1,2}') $$,                    'refuses too many ids'),
    ($$ SELECT raw.ingest_user_events('{x}', NULL, '{}') $$,                 'refuses too few correlation ids'),
    ($$ SELECT raw.ingest_user_events('{x}', NULL, '{1,2}') $$,              'refuses too many correlation ids')
) AS refused (statement, description);

-- The session.
DELETE FROM raw.user_events;
\ir ../fixtures/hostile_session.sql
SELECT result::text AS counts
FROM raw.ingest_user_events(
    ARRAY[
        convert_to((:event || '{"id": "hostile"}')::text, 'UTF8'),
        convert_to((:event || '{"id": "hostile", "event_type": "User Deleted"}')::text, 'UTF8'),
        convert_to((:event || '{"id": 2.5}')::text, 'UTF8')
    ],
    ARRAY['a', 'b', 'c'],
    ARRAY['import/00000000-0000-4000-8000-000000000003/1', NULL, NULL]
) AS result \gset
RESET search_path;
SELECT is(:'counts'::text, '(3,2,0,1)', 'a hostile session gets its messages in');
SELECT results_eq(
    $$ SELECT event_type, received_at FROM raw.user_events ORDER BY event_sk $$,
    $$ VALUES ('User Created', timestamptz '2020-12-08 10:00+00'), ('User Deleted', '2020-12-08 10:00+00') $$,
    'and cannot change what they mean'
);

-- What the broker delivers again counts as such when it was there before.
SELECT raw.ingest_user_events(
    ARRAY['{"id": "again", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', '[1]', '{"id": "again", "event_type": "User Created", "received_at": "2020-12-08 10:00"}']::bytea[],
    ARRAY['again 1', 'again 2', 'again 1'], NULL, NULL, NULL, ARRAY[true, true, false]
) \g /dev/null
SELECT results_eq(
    'SELECT inserted, duplicates, rejected, redelivered FROM etl.ingests ORDER BY ingest_sk DESC LIMIT 1',
    'VALUES (1::bigint, 1::bigint, 1::bigint, 0::bigint)',
    'what is delivered again and new, or sent twice, is no duplicate of the broker'
);
SELECT raw.ingest_user_events(
    ARRAY['{"id": "again", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', '[1]', '{}']::bytea[],
    ARRAY['again 1', 'again 2', 'again 3'], NULL, NULL, NULL, ARRAY[true, true, NULL]
) \g /dev/null
SELECT results_eq(
    'SELECT inserted, duplicates, rejected, redelivered FROM etl.ingests ORDER BY ingest_sk DESC LIMIT 1',
    'VALUES (0::bigint, 2::bigint, 1::bigint, 2::bigint)',
    'what is delivered again and known is one'
);

SELECT * FROM finish();
ROLLBACK;
