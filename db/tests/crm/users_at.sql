-- crm.users_at(): who existed at a moment, in the state of that moment.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(13);

INSERT INTO raw.organizations (organization_key, organization_name, created_at) VALUES
    ('a1', 'Acme', '2020-12-01 10:00Z'),
    ('a2', 'Acme', '2020-12-02 10:00Z');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT internal.add_users_dim_period(day) FROM unnest(ARRAY[date '2020-10-01', '2020-12-01']) AS day \g /dev/null
INSERT INTO crm.users_dim (
    user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type, organization_name, plan_name, event_sk
) VALUES
    ('anna', '2020-10-08 10:00Z', '2020-10-09 10:00Z', false, false, 'a', 'e1', 't1', 'Unknown', 'p1', 1),
    ('anna', '2020-10-09 10:00Z', '2020-12-08 10:00Z', false, false, 'b', 'e2', 't2', 'Acme',    'p2', 2),
    ('anna', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, true,  'c', 'e3', 't3', 'Acme',    'p3', 3),
    ('anna', '2020-12-09 10:00Z', NULL,                true,  false, 'd', 'e4', 't4', 'Acme',    'p4', 4),
    ('bert', '2020-12-09 00:00Z', NULL,                true,  false, 'x', NULL, NULL, NULL,      NULL, 5);

SELECT results_eq(
    format($$ SELECT username FROM crm.users_at(%L) ORDER BY user_id $$, moment), expected, description
)
FROM (VALUES
    ('-infinity',                   ARRAY[]::text[],  'before all time there is nobody'),
    ('2020-10-08 09:59:59.999999Z', ARRAY[]::text[],  'before the first version there is nobody'),
    ('2020-10-08 10:00Z',           ARRAY['a'],       'a version holds from its first instant'),
    ('2020-10-09 09:59:59.999999Z', ARRAY['a'],       'up to its last'),
    ('2020-10-09 10:00Z',           ARRAY['b'],       'where the next one takes over'),
    ('2020-12-08 09:59:59.999999Z', ARRAY['b'],       'across periods without a version of the user'),
    ('2020-12-08 10:00Z',           ARRAY[]::text[],  'a deleted user does not exist'),
    ('2020-12-09 09:59:59.999999Z', ARRAY['x'],       'to the last instant'),
    ('2020-12-09 10:00Z',           ARRAY['d', 'x'],  'a re-created user does'),
    ('infinity',                    ARRAY['d', 'x'],  'open versions last')
) AS moment_case (moment, expected, description);

SELECT results_eq(
    $$
        SELECT
            user_id COLLATE "default", username, user_email, user_type, organization_name,
            organization_key COLLATE "default", plan_name, valid_from
        FROM crm.users_at('2020-11-01 00:00Z')
    $$,
    $$ VALUES ('anna', 'b', 'e2', 't2', 'Acme', 'a1', 'p2', timestamptz '2020-10-09 10:00Z') $$,
    'with all columns, once each, though two organizations have the name'
);
SELECT bag_eq(
    $$ SELECT * FROM crm.users_at('2020-12-10 00:00Z') $$, 'TABLE crm.users_current',
    'now it is crm.users_current'
);

CREATE TEMP VIEW scan AS
SELECT pg_stat_get_xact_numscans('crm.users_dim_2020_10'::regclass) AS scans;
CREATE TEMP TABLE before AS TABLE scan;
SELECT crm.users_at('2020-12-01 00:00Z') \g /dev/null
SELECT crm.users_at(now()) \g /dev/null
SELECT results_eq('TABLE scan', 'TABLE before', 'periods that ended before are not read');

SELECT * FROM finish();
ROLLBACK;
