-- crm.erase_user(): a person vanishes, the numbers stay.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(28);

CREATE FUNCTION pg_temp.body(p_id text, p_type text, p_at text, p_name text) RETURNS bytea LANGUAGE sql AS $$
    SELECT convert_to(jsonb_build_object(
        'id', p_id, 'event_type', p_type, 'received_at', p_at, 'username', p_name,
        'user_email', p_name || '@slough.example', 'user_type', 'Admin', 'organization_name', 'Stars', 'plan_name', 'Medium',
        'phone', 'phone of ' || p_name
    )::text, 'UTF8')
$$;
-- Every value of every table of ours, as a dump has them; caroline2 is somebody else.
CREATE FUNCTION pg_temp.dump() RETURNS text LANGUAGE sql AS $$
    SELECT replace(string_agg(query_to_xml(format('TABLE %s', oid::regclass), true, true, '')::text, ''), 'caroline2', '')
    FROM pg_class
    WHERE relnamespace::regnamespace::text IN ('raw', 'crm', 'reports', 'etl', 'internal')
      AND relkind IN ('r', 'v')
$$;
CREATE FUNCTION pg_temp.traces() RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(trace ORDER BY trace), '{}')
    FROM unnest(ARRAY['caroline', 'lina', 'Lucretia']) AS trace
    CROSS JOIN pg_temp.dump() AS dump
    WHERE strpos(dump, trace) > 0
       OR strpos(dump, upper(encode(trace::bytea, 'hex'))) > 0
$$;
SET LOCAL xmlbinary = hex;

CREATE TEMP TABLE message AS
SELECT *
FROM (VALUES
    (1, pg_temp.body('caroline', 'User Created', '2020-12-05 10:00:00', 'lina'), NULL),
    (2, pg_temp.body('caroline', 'User Updated', '2020-12-05 10:00:00', 'Lucretia'), NULL),
    (3, pg_temp.body('caroline', 'User Updated', '2021-01-31 10:00:00', 'Lucretia'), 'caroline/3'),
    (4, pg_temp.body('caroline', 'User Deleted', '2021-02-01 23:59:59.999999', 'Lucretia'), NULL),
    (5, pg_temp.body('caroline2', 'User Created', '2021-01-31 10:00:00', 'William'), NULL),
    (6, pg_temp.body('caroline', 'User Updates', '2021-01-31 10:00:00', 'Lucretia'), 'caroline/6'),
    (7, pg_temp.body('', 'User Created', '2021-01-31 10:00:00', 'lina'), NULL),
    (8, pg_temp.body('william', 'User Updates', '2021-01-31 10:00:00', 'William'), 'kept')
) AS message (number, body, message_id);
CREATE FUNCTION pg_temp.ingest(VARIADIC p_numbers int[]) RETURNS text LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(array_agg(body), array_agg(message_id))::text
    FROM message
    WHERE number = ANY (p_numbers)
$$;

SELECT throws_ok(
    format('SELECT crm.erase_user(%L)', id), state, format('user_id must not be %s', word), format('refuses %s', word)
)
FROM (VALUES (NULL, '22004', 'null'), ('', '22023', 'empty')) AS refused (id, state, word);

SELECT is(pg_temp.ingest(1, 2, 3, 4, 5, 6, 7, 8), '(8,5,0,3)', 'a user, others, and rejects');
-- The last of the user's days is not loaded yet.
SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
FROM unnest(ARRAY['2020-12-05', '2021-01-31']::date[]) AS day \g /dev/null
CREATE TEMP TABLE report AS TABLE reports.user_events_daily;
CREATE TEMP TABLE others AS SELECT ctid AS place, * FROM raw.user_events WHERE user_id = 'caroline2';

SELECT is(pg_temp.traces(), ARRAY['Lucretia', 'caroline', 'lina'], 'the user is in the database');
UPDATE raw.rejected_user_events SET reason = 'as it was' WHERE message_id = 'caroline/6';
SET LOCAL timezone = 'Pacific/Kiritimati';
CREATE TEMP TABLE erased AS SELECT * FROM crm.erase_user('caroline');
SET LOCAL timezone = 'UTC';
SELECT results_eq(
    'SELECT events, rejects, versions, mentions FROM erased', 'VALUES (4::bigint, 2::bigint, 2::bigint, 0::bigint)',
    'says what it made anonymous'
);
SELECT matches((SELECT token FROM erased), '^erased-[0-9a-f]{32}$', 'and the token');
SELECT is(pg_temp.traces(), '{}', 'neither id nor names are left');
SELECT results_eq(
    'SELECT token COLLATE "default", erased_at, events, rejects, versions FROM etl.erasures',
    'SELECT token COLLATE "default", now(), events, rejects, versions FROM erased', 'the record has no personal data'
);

SELECT results_eq(
    $$
        SELECT event_type, username, user_email, user_type, organization_name, plan_name, extra
        FROM raw.user_events
        WHERE user_id = (SELECT token FROM erased)
        ORDER BY event_sk
    $$,
    $$ VALUES
        ('User Created', NULL::text, NULL::text, 'Admin', 'Stars', 'Medium', NULL::jsonb),
        ('User Updated', NULL, NULL, 'Admin', 'Stars', 'Medium', NULL),
        ('User Updated', NULL, NULL, 'Admin', 'Stars', 'Medium', NULL),
        ('User Deleted', NULL, NULL, 'Admin', 'Stars', 'Medium', NULL)
    $$,
    'raw keeps what is not personal, also of a day that is not loaded'
);
SELECT results_eq(
    $$
        SELECT valid_from, valid_to, is_deleted, username, user_email, user_type, organization_name, plan_name
        FROM crm.users_dim
        WHERE user_id = (SELECT token FROM erased)
        ORDER BY valid_from
    $$,
    $$ VALUES
        (timestamptz '2020-12-05 10:00Z', timestamptz '2021-01-31 10:00Z', false,
            NULL::text, NULL::text, 'Admin', 'Stars', 'Medium'),
        ('2021-01-31 10:00Z', NULL, false, NULL, NULL, 'Admin', 'Stars', 'Medium')
    $$,
    'so does every version'
);
SELECT results_eq(
    'SELECT octet_length(body) > 0, message_id, reason FROM raw.rejected_user_events ORDER BY event_sk',
    $$ VALUES (false, NULL, 'erased'), (false, NULL, 'erased'), (true, 'kept', 'event_type: unknown: "User Updates", must be User Updated') $$,
    'rejects are emptied, those of others are not'
);
SELECT bag_eq(
    $$ SELECT ctid AS place, * FROM raw.user_events WHERE user_id = 'caroline2' $$, 'TABLE others',
    'other users are not touched'
);

-- The numbers stay, and the loads find nothing to do.
SELECT is(crm.load_users_dim(day) + reports.load_user_events_daily(day), 0::bigint, format('%s: nothing to write', day))
FROM unnest(ARRAY['2020-12-05', '2021-01-31']::date[]) AS day;
SELECT is(crm.load_users_dim('2021-02-01'), 2::bigint, 'a day that was to be loaded still is');
SELECT bag_eq('TABLE reports.user_events_daily', 'TABLE report', 'the report is as it was');
SELECT is_empty('SELECT * FROM etl.check_users_dim()', 'the dimension keeps its rules');

-- Nothing brings the person back.
SELECT is(pg_temp.ingest(1, 2, 3, 4, 5, 6, 7, 8), '(8,0,8,0)', 'everything again is a duplicate, as before');
INSERT INTO message VALUES
    (11, pg_temp.body('caroline', 'User Created', '2021-02-02 10:00:00', 'lina'), 'caroline/11'),
    (12, pg_temp.body('caroline', 'User Demoted', '2021-02-02 10:00:00', 'lina'), 'caroline/12');
SELECT is(pg_temp.ingest(11, 12), '(2,1,0,1)', 'what comes later is taken');
SELECT is(pg_temp.ingest(11, 12), '(2,0,2,0)', 'once');
SELECT is(crm.load_users_dim('2021-02-02'), 2::bigint, 'and loaded');
SELECT is(count(*), 5::bigint, 'under the same token')
FROM raw.user_events
WHERE user_id = (SELECT token FROM erased);
SELECT is(pg_temp.traces(), '{}', 'without id and names');
SELECT is(raw.replay_rejected_user_events()::text, '(1,0,0,1)', 'a replay leaves the empty rejects alone');
SELECT is(count(*), 3::bigint, 'with their reason') FROM raw.rejected_user_events WHERE reason = 'erased';

SELECT results_eq(
    $$ SELECT token, events, rejects, versions FROM crm.erase_user('caroline') $$,
    'SELECT token, 0::bigint, 0::bigint, 0::bigint FROM erased', 'a second time there is nothing left'
);
SELECT results_eq(
    'SELECT events, rejects, versions FROM etl.erasures', 'SELECT events, rejects, versions FROM erased',
    'the record keeps its numbers'
);
SELECT is(events, 1::bigint, 'another user gets another token')
FROM crm.erase_user('caroline2')
WHERE token <> (SELECT token FROM erased);

SELECT * FROM finish();
ROLLBACK;
