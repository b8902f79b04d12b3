-- What docs/semantics.md promises a reader of the dimension.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(20);
\ir ../fixtures/arrive.sql

-- Deleted users.
SELECT pg_temp.arrive('gone Created 2020-12-08 10:00 a', 'gone Deleted 2020-12-08 12:00 a', 'here Created 2020-12-08 10:00 a') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    $$ SELECT is_valid, is_deleted FROM crm.users_dim WHERE user_id = 'gone' AND valid_to IS NULL $$, $$ VALUES (true, true) $$,
    'is_valid is true for the open version of a deleted user'
);
SELECT results_eq('SELECT user_id COLLATE "default" FROM crm.users_current', ARRAY['here'], 'crm.users_current has who exists');
SELECT results_eq($$ SELECT user_id COLLATE "default" FROM crm.users_at('2020-12-09') $$, ARRAY['here'], 'crm.users_at() has who existed');
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", valid_to FROM crm.users_history('username') ORDER BY 1 $$,
    $$ VALUES ('gone', timestamptz '2020-12-08 12:00Z'), ('here', NULL) $$,
    'crm.users_history() ends with the deletion'
);

-- Deleted and created again at one instant, in either order of arrival.
SELECT pg_temp.arrive(
    'both Created 2020-12-10 10:00 a', 'both Deleted 2020-12-10 12:00 b', 'both Created 2020-12-10 12:00 c',
    'turn Created 2020-12-10 12:00 d', 'turn Deleted 2020-12-10 12:00 e', 'both Updated 2020-12-10 13:00 f'
) \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT results_eq(
    $$ SELECT valid_from::time, username, is_deleted FROM crm.users_dim WHERE user_id = 'both' ORDER BY valid_from $$,
    $$ VALUES (time '10:00', 'a', false), ('12:00', 'b', true), ('13:00', 'f', false) $$,
    'the deletion wins; the next event begins a new life'
);
SELECT results_eq(
    $$ SELECT username, is_deleted FROM crm.users_dim WHERE user_id = 'turn' $$, $$ VALUES ('e', true) $$,
    'whichever arrived last'
);
SELECT is_empty($$ SELECT FROM crm.users_at('2020-12-10 12:30Z') WHERE user_id IN ('both', 'turn') $$, 'in between the user does not exist');

-- Events of one instant with a sequence, brought by two consumers, the newer one first.
SELECT pg_temp.arrive('twice Updated 2020-12-10 10:00 new 2', 'back Created 2020-12-10 10:00 back 2', 'mixed Created 2020-12-10 10:00 one 0') \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT pg_temp.arrive('twice Updated 2020-12-10 10:00 old 1', 'back Deleted 2020-12-10 10:00 gone 1', 'mixed Deleted 2020-12-10 10:00 none') \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT results_eq(
    $$
        SELECT user_id COLLATE "default", username, is_deleted
        FROM crm.users_dim
        WHERE user_id IN ('twice', 'back', 'mixed')
        ORDER BY 1
    $$,
    $$ VALUES ('back', 'back', false), ('mixed', 'one', false), ('twice', 'new', false) $$,
    'the greatest sequence wins, whatever kind and whenever it arrived; an event without one loses to any'
);
SELECT pg_temp.arrive('back Updated 2020-12-10 10:00 same 2', 'back Updated 2020-12-10 10:00 last 2') \g /dev/null
SELECT crm.load_users_dim('2020-12-10') \g /dev/null
SELECT results_eq(
    $$ SELECT username FROM crm.users_dim WHERE user_id = 'back' $$, ARRAY['last'], 'of equal ones the kind decides, then arrival'
);
SELECT is_empty('SELECT FROM etl.rebuild_users_dim()', 'a rebuild says the same');

-- The key of a version: facts keep it.
CREATE TEMP TABLE fact AS
SELECT user_id, valid_from, username, event_sk FROM crm.users_dim WHERE user_id = 'here';
SELECT pg_temp.arrive('here Updated 2020-12-08 10:00 tie') \g /dev/null
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    $$
        SELECT fact.username, version.username, version.event_sk > fact.event_sk
        FROM fact
        JOIN crm.users_dim AS version USING (user_id, valid_from)
    $$,
    $$ VALUES ('a', 'tie', true) $$,
    'another event at the same instant changes the version and its event_sk, not its key'
);
SELECT pg_temp.arrive('here Updated 2020-12-07 10:00 before', 'here Updated 2020-12-08 11:00 after', 'here Updated 2020-12-08 09:00 earlier') \g /dev/null
SELECT crm.load_users_dim('2020-12-08'), crm.load_users_dim('2020-12-07') \g /dev/null
SELECT results_eq(
    $$ SELECT version.username, version.valid_to FROM fact JOIN crm.users_dim AS version USING (user_id, valid_from) $$,
    $$ VALUES ('tie', timestamptz '2020-12-08 11:00Z') $$,
    'late events around it neither'
);
DELETE FROM raw.user_events WHERE user_id = 'here' AND username = 'tie';
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT results_eq(
    $$ SELECT version.username FROM fact JOIN crm.users_dim AS version USING (user_id, valid_from) $$, ARRAY['a'],
    'nor the removal of one of several events'
);
SELECT is_empty(
    'SELECT user_id, valid_from FROM crm.users_dim GROUP BY 1, 2 HAVING count(*) > 1', 'no two versions have the same key'
);
CREATE TEMP TABLE loaded AS SELECT user_id, valid_from FROM crm.users_dim;
TRUNCATE crm.users_dim, etl.load_runs;
SELECT crm.load_users_dim(day) FROM unnest(ARRAY['2020-12-10', '2020-12-07', '2020-12-08']::date[]) AS day \g /dev/null
SELECT bag_eq('SELECT user_id, valid_from FROM crm.users_dim', 'TABLE loaded', 'a dimension that is built anew has the same keys');

-- Several organizations of one name.
INSERT INTO raw.organizations (organization_key, organization_name, created_at) VALUES
    ('n', 'Acme', NULL), ('b', 'Acme', '2020-12-02 10:00Z'), ('c', 'Acme', '2020-12-01 10:00Z'), ('a', 'Acme', '2020-12-02 10:00Z');
SELECT crm.load_organizations_dim() \g /dev/null
UPDATE crm.users_dim_open SET organization_name = 'Acme' WHERE user_id = 'here';
SELECT results_eq(
    $$ SELECT organization_key COLLATE "default" FROM crm.users_current WHERE user_id = 'here' $$, ARRAY['c'],
    'the one that has had the name longest stands for it'
);
DELETE FROM raw.organizations WHERE organization_key = 'c';
SELECT crm.load_organizations_dim() \g /dev/null
SELECT results_eq(
    $$ SELECT organization_key COLLATE "default" FROM crm.users_current WHERE user_id = 'here' $$, ARRAY['a'], 'of equally old ones the first key'
);
DELETE FROM raw.organizations WHERE organization_key IN ('a', 'b');
SELECT crm.load_organizations_dim() \g /dev/null
SELECT results_eq(
    $$ SELECT organization_key COLLATE "default" FROM crm.users_current WHERE user_id = 'here' $$, ARRAY['n'], 'those without an age come last'
);

-- An organization that is renamed, and another one that takes its name.
INSERT INTO raw.organizations (organization_key, organization_name, created_at, updated_at) VALUES
    ('r', 'Old', '2020-01-01 10:00Z', NULL), ('r', 'New', '2020-01-01 10:00Z', '2020-12-09 10:00Z'),
    ('s', 'Old', '2020-12-09 12:00Z', NULL);
SELECT crm.load_organizations_dim() \g /dev/null
INSERT INTO crm.users_dim_open (user_id, valid_from, is_deleted, organization_name, event_sk) VALUES
    ('silent', '2020-12-08 10:00Z', false, 'Old', 1), ('told', '2020-12-10 10:00Z', false, 'New', 2),
    ('late', '2020-12-09 11:00Z', false, 'Old', 3), ('other', '2020-12-10 10:00Z', false, 'Old', 4);
SELECT results_eq(
    $$
        SELECT user_id COLLATE "default", organization_key COLLATE "default"
        FROM crm.users_current
        WHERE organization_name IN ('Old', 'New')
        ORDER BY 1
    $$,
    $$ VALUES ('late', 'r'), ('other', 's'), ('silent', 'r'), ('told', 'r') $$,
    'its users keep its key, by the name that it had when their events gave it'
);
SELECT results_eq(
    $$ SELECT organization_key COLLATE "default" FROM crm.users_at('2020-12-08 12:00Z') WHERE user_id = 'silent' $$, ARRAY['r'],
    'in the past, too'
);

SELECT * FROM finish();
ROLLBACK;
