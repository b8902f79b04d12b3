-- crm.load_users_dim(): further attributes go where the others go, once internal.user_attributes lists them.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(11);

CREATE OR REPLACE FUNCTION internal.user_attributes(p_extra jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(jsonb_strip_nulls(jsonb_build_object('country', internal.blank_to_null(p_extra ->> 'country'))), '{}');
CREATE FUNCTION pg_temp.ingest(VARIADIC p_events text[]) RETURNS void LANGUAGE sql AS $$
    SELECT raw.ingest_user_events(array_agg(convert_to(jsonb_build_object(
        'id', part[1], 'event_type', 'User Updated', 'received_at', part[2] || ' ' || part[3], 'country', part[4], 'town', 'Bonn'
    )::text, 'UTF8')), NULL)
    FROM unnest(p_events) AS event
    CROSS JOIN LATERAL (SELECT regexp_split_to_array(event, ' ') AS part) AS parts
$$;
CREATE TEMP VIEW version AS
SELECT concat_ws(' ', user_id COLLATE "default", to_char(valid_from AT TIME ZONE 'UTC', 'DD HH24'), attributes) AS line
FROM crm.users_dim;

SELECT pg_temp.ingest('anna 2020-12-08 10:00 DE', 'anna 2020-12-08 11:00 FR', 'bo 2020-12-08 10:00');
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT bag_eq(
    'TABLE version', ARRAY['anna 08 10 {"country": "DE"}', 'anna 08 11 {"country": "FR"}', 'bo 08 10'],
    'new users, also without any, and nothing that is not listed'
);
SELECT pg_temp.ingest('anna 2020-12-10 10:00 IT', 'bo 2020-12-10 10:00 ES');
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT bag_eq(
    'TABLE version',
    ARRAY[
        'anna 08 10 {"country": "DE"}', 'anna 08 11 {"country": "FR"}', 'bo 08 10',
        'anna 10 10 {"country": "IT"}', 'bo 10 10 {"country": "ES"}'
    ],
    'an open version is closed with its own and goes on with the new one''s'
);
SELECT pg_temp.ingest('anna 2020-12-09 10:00 PL');
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
SELECT bag_eq(
    'TABLE version',
    ARRAY[
        'anna 08 10 {"country": "DE"}', 'anna 08 11 {"country": "FR"}', 'anna 09 10 {"country": "PL"}', 'bo 08 10',
        'anna 10 10 {"country": "IT"}', 'bo 10 10 {"country": "ES"}'
    ],
    'a late one has its own'
);
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", attributes FROM crm.users_at('2020-12-08 11:00Z') ORDER BY user_id $$,
    $$ VALUES ('anna', '{"country": "FR"}'::jsonb), ('bo', NULL) $$, 'they are in the state of a moment'
);
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", attributes FROM crm.users_current ORDER BY user_id $$,
    $$ VALUES ('anna', '{"country": "IT"}'::jsonb), ('bo', '{"country": "ES"}') $$, 'and in the last one'
);

-- Nothing else differs.
SELECT is(crm.load_users_dim(day), 0::bigint, format('%s, loaded again, writes nothing', day))
FROM unnest(ARRAY['2020-12-08', '2020-12-10']::date[]) AS day;
UPDATE raw.user_events SET extra = '{"country": "AT"}' WHERE received_at IN ('2020-12-08 10:00Z', '2020-12-10 10:00Z') AND user_id = 'anna';
SELECT is(crm.load_users_dim('2020-12-10'), 2::bigint, 'that an attribute of the open version differs is noticed'); -- deleted and written
SELECT is(crm.load_users_dim('2020-12-08'), 4::bigint, 'and one of a closed version'); -- of both of the day
SELECT bag_eq(
    $$ SELECT line FROM version WHERE line LIKE '%AT%' $$, ARRAY['anna 08 10 {"country": "AT"}', 'anna 10 10 {"country": "AT"}'],
    'then it is as it should be'
);
SELECT crm.erase_user('anna') \g /dev/null
SELECT bag_eq(
    'SELECT attributes FROM crm.users_dim WHERE attributes IS NOT NULL', $$ VALUES ('{"country": "ES"}'::jsonb) $$,
    'an erased user has none'
);

SELECT * FROM finish();
ROLLBACK;
