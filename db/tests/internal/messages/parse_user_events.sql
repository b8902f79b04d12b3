-- internal.parse_user_events(): for many bodies what internal.parse_user_event() and internal.parse_instant() say of each.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

CREATE TEMP TABLE good AS
SELECT number, convert_to(format('{"received_at": "%s", "n": %s}', received_at, number), 'UTF8') AS body
FROM (VALUES
    (1, '2020-12-08 20:03:16.759617'), (2, '2020-12-08T20:03:16Z'), (3, '2020-12-08 23:59:59.999999'),
    (4, '2020-12-08 00:00:00')
) AS instant_case (number, received_at);

CREATE TEMP TABLE bad (number, body) AS
VALUES
    (11, NULL::bytea), (12, ''), (13, '\xff'), (14, '[]'), (15, 'null'), (16, '{}'), (17, '{"received_at": 1}'),
    (18, '{"received_at": "now"}'), (19, '{"received_at": "2020-02-30 10:00:00"}'),
    (20, '{"received_at": "2020-12-08 23:59:59.9999999"}'), (21, '{"received_at": "2020-12-08 20:03:16+02"}'),
    (22, '{"received_at": "2020-12-08 24:00:00"}'), (23, '{"received_at": "2020-12-08 23:59:60"}');

CREATE FUNCTION pg_temp.one_by_one(p_bodies bytea[])
    RETURNS TABLE (content jsonb, received_at timestamptz, fault text)
    LANGUAGE sql
AS $$
    SELECT parsed.content, internal.parse_instant(internal.string_field(parsed.content, 'received_at')), parsed.fault
    FROM unnest(p_bodies) WITH ORDINALITY AS message (body, number)
    CROSS JOIN LATERAL internal.parse_user_event(body, NULL) AS parsed
    ORDER BY number
$$;
CREATE FUNCTION pg_temp.together(p_bodies bytea[])
    RETURNS TABLE (content jsonb, received_at timestamptz, fault text)
    LANGUAGE sql
AS $$
    SELECT parsed.*
    FROM internal.parse_user_events(p_bodies, NULL) AS many
    CROSS JOIN LATERAL unnest(contents, instants, faults) AS parsed
$$;

SET LOCAL timezone = 'Pacific/Kiritimati';
SET LOCAL datestyle = 'SQL, DMY';

SELECT results_eq(
    $$ SELECT (pg_temp.together(array_agg(body ORDER BY number))).* FROM good $$,
    $$ SELECT (pg_temp.one_by_one(array_agg(body ORDER BY number))).* FROM good $$,
    'good ones together as one by one'
);
SELECT is(faults, NULL, 'which have no faults')
FROM internal.parse_user_events((SELECT array_agg(body) FROM good), NULL);
SELECT results_eq(
    $$ SELECT (pg_temp.together(array_agg(body ORDER BY number))).* FROM (TABLE good UNION TABLE bad) AS message $$,
    $$ SELECT (pg_temp.one_by_one(array_agg(body ORDER BY number))).* FROM (TABLE good UNION TABLE bad) AS message $$,
    'bad ones among them too'
);
SELECT is_empty(
    $$
        SELECT number
        FROM bad
        WHERE (SELECT array_agg(parsed) FROM pg_temp.together(ARRAY[body]) AS parsed)
            IS DISTINCT FROM (SELECT array_agg(parsed) FROM pg_temp.one_by_one(ARRAY[body]) AS parsed)
    $$,
    'and each bad one alone'
);
-- All is well with them but one thing.
SELECT is(faults, ARRAY[NULL, fault], format('%s, after a good one', fault))
FROM (VALUES
    ('body: larger than 256 KiB', rpad('{"received_at": "2020-12-08 10:00:00"}', 262145)),
    ('a: nested deeper than 64 levels', '{"received_at": "2020-12-08 10:00:00", "a": ' || repeat('[', 64) || '1' || repeat(']', 64) || '}')
) AS beyond (fault, body)
CROSS JOIN LATERAL internal.parse_user_events(
    ARRAY['{"received_at": "2020-12-08 10:00:00"}', convert_to(beyond.body, 'UTF8')]::bytea[], NULL
);
SELECT is(contents, '{}', 'of no bodies nothing')
FROM internal.parse_user_events('{}', NULL);
SELECT is(current_setting('timezone'), 'Pacific/Kiritimati', 'the session keeps its zone');

SELECT * FROM finish();
ROLLBACK;
