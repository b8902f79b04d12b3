-- crm.users_current: who exists, once each, in the last known state.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(3);

INSERT INTO raw.organizations (organization_key, organization_name, created_at) VALUES
    ('a1', 'Acme', '2020-12-01 10:00Z'),
    ('a2', 'Acme', '2020-12-02 10:00Z'),
    ('n1', NULL,   '2020-12-02 10:00Z');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT internal.add_users_dim_period('2020-12-01') \g /dev/null
INSERT INTO crm.users_dim (
    user_id, valid_from, valid_to, is_valid, is_deleted, username, user_email, user_type, organization_name, plan_name, event_sk
) VALUES
    ('anna', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 'old', 'o', 'o', 'Acme',    'o', 1),
    ('anna', '2020-12-09 10:00Z', NULL,                true,  false, 'new', 'e', 't', 'Acme',    'p', 2),
    ('back', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, true,  'a',   'a', 'a', 'Unknown', 'a', 3),
    ('back', '2020-12-09 10:00Z', NULL,                true,  false, 'b',   'b', 'b', 'Unknown', 'b', 4),
    ('gone', '2020-12-08 10:00Z', '2020-12-09 10:00Z', false, false, 'a',   'a', 'a', 'Acme',    'a', 5),
    ('gone', '2020-12-09 10:00Z', NULL,                true,  true,  'b',   'b', 'b', 'Acme',    'b', 6),
    ('none', '2020-12-08 10:00Z', NULL,                true,  false, NULL,  NULL, NULL, NULL,   NULL, 7);

SELECT results_eq(
    $$
        SELECT
            user_id COLLATE "default", username, user_email, user_type, organization_name,
            organization_key COLLATE "default", plan_name, valid_from
        FROM crm.users_current
        ORDER BY user_id
    $$,
    $$
        VALUES
            ('anna', 'new', 'e', 't', 'Acme',    'a1', 'p', timestamptz '2020-12-09 10:00Z'),
            ('back', 'b',   'b', 'b', 'Unknown', NULL, 'b', '2020-12-09 10:00Z'),
            ('none', NULL, NULL, NULL, NULL,     NULL, NULL, '2020-12-08 10:00Z')
    $$,
    'open versions only, no deleted users, the organization''s key where its name is known'
);
SELECT is((SELECT count(*) FROM crm.users_current), 3::bigint, 'two organizations of one name do not double a user');

-- What was closed is never read: the cost does not grow with the history.
CREATE FUNCTION pg_temp.plan_of(p_statement text) RETURNS SETOF text
LANGUAGE plpgsql
AS $plan_of$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || p_statement;
END;
$plan_of$;
SELECT is_empty(
    $$ SELECT * FROM pg_temp.plan_of('TABLE crm.users_current') AS plan (line) WHERE line LIKE '%users_dim_2020_12%' $$,
    'only the open partition is read'
);

SELECT * FROM finish();
ROLLBACK;
