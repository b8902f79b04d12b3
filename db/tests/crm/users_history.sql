-- crm.users_history(): when which values of some attributes held.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(12);

SELECT internal.add_users_dim_period(day) FROM unnest(ARRAY[date '2020-11-01', '2020-12-01']) AS day \g /dev/null
INSERT INTO crm.users_dim (
    user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type, organization_name, plan_name, event_sk, attributes
) VALUES
    ('anna', '2020-11-08 10:00Z', '2020-11-09 10:00Z', false, false, 'a', 'e1', 't1', 'Acme', 'free', 1, NULL),
    ('anna', '2020-11-09 10:00Z', '2020-12-08 10:00Z', false, false, 'b', 'e1', 't2', 'Acme', 'free', 2, '{"c": 1}'),
    ('anna', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 'b', 'e3', 't2', 'Acme', NULL,   3, '{"c": 1}'),
    ('anna', '2020-12-09 10:00Z', '2020-12-10 10:00Z', false, false, 'b', 'e4', 't4', 'Acme', NULL,   4, '{"c": 2}'),
    ('anna', '2020-12-10 10:00Z', NULL,                true,  false, 'c', 'e5', 't5', 'Beta', 'free', 5, NULL),
    ('back', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 'a', 'a',  'a',  'Acme', 'free', 6, NULL),
    ('back', '2020-12-09 10:00Z', '2020-12-10 10:00Z', false, true,  'a', 'a',  'a',  'Acme', 'free', 7, NULL),
    ('back', '2020-12-10 10:00Z', NULL,                true,  false, 'a', 'a',  'a',  'Acme', 'free', 8, NULL),
    ('gone', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 'a', 'a',  'a',  'Acme', 'free', 9, NULL),
    ('gone', '2020-12-09 10:00Z', NULL,                true,  true,  'a', 'a',  'a',  'Acme', 'free', 10, NULL);

PREPARE history(text[]) AS
SELECT concat_ws(' ', user_id COLLATE "default", to_char(valid_from, 'MM-DD'), coalesce(to_char(valid_to, 'MM-DD'), 'open')) || coalesce(' ' || nullif(concat_ws(' ',
    CASE WHEN 'username' = ANY ($1) THEN username END, CASE WHEN 'user_email' = ANY ($1) THEN user_email END,
    CASE WHEN 'user_type' = ANY ($1) THEN user_type END, CASE WHEN 'organization_name' = ANY ($1) THEN organization_name END,
    CASE WHEN 'plan_name' = ANY ($1) THEN plan_name END, CASE WHEN 'attributes' = ANY ($1) THEN attributes END
), ''), '')
FROM crm.users_history(VARIADIC $1)
ORDER BY user_id, valid_from;
SET LOCAL timezone = 'UTC';
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", valid_from, valid_to, username, user_email, user_type, organization_name, plan_name, attributes FROM crm.users_history('plan_name') WHERE user_id = 'anna' ORDER BY valid_from $$,
    $$ VALUES
        ('anna', timestamptz '2020-11-08 10:00Z', timestamptz '2020-12-08 10:00Z', 'b', 'e1', 't2', 'Acme', 'free', '{"c": 1}'::jsonb),
        ('anna', '2020-12-08 10:00Z', '2020-12-10 10:00Z', 'b', 'e4', 't4', 'Acme', NULL, '{"c": 2}'),
        ('anna', '2020-12-10 10:00Z', NULL, 'c', 'e5', 't5', 'Beta', 'free', NULL)
    $$,
    'equal neighbours are one, also across periods; a value that comes back is another one; other attributes have their last values'
);
SELECT results_eq(
    $$ EXECUTE history('{organization_name,plan_name}') $$,
    ARRAY[
        'anna 11-08 12-08 Acme free', 'anna 12-08 12-10 Acme', 'anna 12-10 open Beta free',
        'back 12-08 12-09 Acme free', 'back 12-10 open Acme free',
        'gone 12-08 12-09 Acme free'
    ],
    'by two attributes; when a user did not exist there is nothing'
);
SELECT results_eq(
    $$ EXECUTE history('{}') $$,
    ARRAY['anna 11-08 open', 'back 12-08 12-09', 'back 12-10 open', 'gone 12-08 12-09'],
    'by none: when the user existed'
);
SELECT results_eq(
    format('EXECUTE history(%L)', ARRAY[attribute]), expected, format('by %s', attribute)
)
FROM (VALUES
    ('username', ARRAY['anna 11-08 11-09 a', 'anna 11-09 12-10 b', 'anna 12-10 open c', 'back 12-08 12-09 a', 'back 12-10 open a', 'gone 12-08 12-09 a']),
    ('user_email', ARRAY['anna 11-08 12-08 e1', 'anna 12-08 12-09 e3', 'anna 12-09 12-10 e4', 'anna 12-10 open e5', 'back 12-08 12-09 a', 'back 12-10 open a', 'gone 12-08 12-09 a']),
    ('user_type', ARRAY['anna 11-08 11-09 t1', 'anna 11-09 12-09 t2', 'anna 12-09 12-10 t4', 'anna 12-10 open t5', 'back 12-08 12-09 a', 'back 12-10 open a', 'gone 12-08 12-09 a']),
    ('organization_name', ARRAY['anna 11-08 12-10 Acme', 'anna 12-10 open Beta', 'back 12-08 12-09 Acme', 'back 12-10 open Acme', 'gone 12-08 12-09 Acme']),
    ('attributes', ARRAY['anna 11-08 11-09', 'anna 11-09 12-09 {"c": 1}', 'anna 12-09 12-10 {"c": 2}', 'anna 12-10 open', 'back 12-08 12-09', 'back 12-10 open', 'gone 12-08 12-09'])
) AS one (attribute, expected);
SELECT is(
    (SELECT count(*) FROM crm.users_history('username', 'username')), 6::bigint, 'an attribute that is named twice is one'
);
SELECT throws_ok(
    format('SELECT crm.users_history(VARIADIC %s)', asked), '22023',
    'the attributes of a user are username, user_email, user_type, organization_name, plan_name, attributes, not ' || told, 'refuses ' || told
)
FROM (VALUES
    ($$ ARRAY['plan'] $$, 'plan'), ($$ ARRAY['plan_name', NULL] $$, 'plan_name, null'), ('NULL::text[]', 'null')
) AS refused (asked, told);

SELECT * FROM finish();
ROLLBACK;
