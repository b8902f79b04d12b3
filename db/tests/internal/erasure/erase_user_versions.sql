-- internal.erase_user_versions(): a token takes the place of the user in the dimension.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(5);

CREATE FUNCTION pg_temp.version(p_id text, p_from text, p_to text, p_name text, p_email text, p_event_sk bigint, p_is_deleted boolean)
    RETURNS void
    LANGUAGE sql
AS $$
    INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type, event_sk)
    VALUES (p_id, p_from::timestamptz, p_to::timestamptz, p_to IS NULL, p_is_deleted, p_name, p_email, 'Admin', p_event_sk)
$$;
CREATE TEMP VIEW version AS
SELECT user_id COLLATE "default" AS user_id, valid_from, valid_to, is_deleted, username, user_email, user_type, event_sk
FROM crm.users_dim;
SELECT internal.require_users_dim_period('2020-12-01') \g /dev/null
SELECT
    pg_temp.version('caroline', '2020-12-05 10:00Z', '2020-12-06 10:00Z', 'lina', 'lina@slough.example', 1, false),
    pg_temp.version('caroline', '2020-12-06 10:00Z', NULL, 'Lucretia', 'lina@slough.example', 2, false),
    pg_temp.version('william', '2020-12-06 10:00Z', NULL, 'William', 'william@slough.example', 3, false) \g /dev/null
CREATE TEMP TABLE others AS SELECT * FROM version WHERE user_id = 'william';

SELECT results_eq(
    $$ SELECT * FROM internal.erase_user_versions('caroline', 'token') $$,
    $$ VALUES (2::bigint, ARRAY['Lucretia', 'lina'], ARRAY['lina@slough.example']) $$,
    'returns the number of versions, and what names and e-mails they had'
);
SELECT results_eq(
    $$ SELECT * FROM version WHERE user_id = 'token' ORDER BY valid_from $$,
    $$ VALUES
        ('token', timestamptz '2020-12-05 10:00Z', timestamptz '2020-12-06 10:00Z', false, NULL::text, NULL::text, 'Admin', 1::bigint),
        ('token', '2020-12-06 10:00Z', NULL, false, NULL, NULL, 'Admin', 2)
    $$,
    'the versions keep what is not personal'
);
SELECT bag_eq($$ SELECT * FROM version WHERE user_id <> 'token' $$, 'TABLE others', 'nobody else is erased');

-- Again, after a backup was put back: before, between, at the same instants as the token's, and after.
SELECT
    pg_temp.version('caroline', '2020-12-05 09:00Z', '2020-12-05 10:00Z', 'lina', NULL, 4, false),
    pg_temp.version('caroline', '2020-12-05 10:00Z', '2020-12-05 11:00Z', 'lina', NULL, 5, false),
    pg_temp.version('caroline', '2020-12-05 11:00Z', '2020-12-06 10:00Z', NULL, NULL, 6, false),
    pg_temp.version('caroline', '2020-12-06 10:00Z', '2020-12-07 10:00Z', 'lina', NULL, 1, true),
    pg_temp.version('caroline', '2020-12-07 10:00Z', NULL, 'lina', NULL, 7, false) \g /dev/null
SELECT results_eq(
    $$ SELECT * FROM internal.erase_user_versions('caroline', 'token') $$,
    $$ VALUES (5::bigint, ARRAY['lina'], '{}'::text[]) $$,
    'the versions of the token are not counted'
);
SELECT results_eq(
    $$ SELECT valid_from, valid_to, is_deleted, event_sk FROM version WHERE user_id = 'token' ORDER BY valid_from $$,
    $$ VALUES
        (timestamptz '2020-12-05 09:00Z', timestamptz '2020-12-05 10:00Z', false, 4::bigint),
        ('2020-12-05 10:00Z', '2020-12-05 11:00Z', false, 5),
        ('2020-12-05 11:00Z', '2020-12-06 10:00Z', false, 6),
        ('2020-12-06 10:00Z', '2020-12-07 10:00Z', true, 1),
        ('2020-12-07 10:00Z', NULL, false, 7)
    $$,
    'both histories are one: at one instant a deletion wins, then the last event'
);

SELECT * FROM finish();
ROLLBACK;
