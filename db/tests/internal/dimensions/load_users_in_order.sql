-- internal.load_users_in_order(): open versions are rewritten where they were found, or nothing is.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(4);
\ir ../../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Created', 'a', '2020-12-07 10:00Z'),
    ('bert', 'User Created', 'a', '2020-12-07 10:00Z'),
    ('anna', 'User Updated', 'b', '2020-12-08 10:00Z'),
    ('anna', 'User Updated', 'c', '2020-12-08 11:00Z'),
    ('cleo', 'User Created', 'a', '2020-12-08 10:00Z');
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
SELECT internal.stage_versions('2020-12-08 00:00Z', '2020-12-09 00:00Z', 'new') \g /dev/null

UPDATE crm.users_dim SET username = 'z' WHERE user_id = 'bert';
SAVEPOINT staged;
UPDATE crm.users_dim SET username = 'z' WHERE user_id = 'anna';
SELECT throws_ok(
    $$ SELECT internal.load_users_in_order('2020-12-08', 1) $$,
    '40001', 'open versions in crm.users_dim were changed by hand while 2020-12-08 was loaded',
    'of a user of the day, somebody changed the open version since it was found'
);
ROLLBACK TO staged;
DELETE FROM crm.users_dim WHERE user_id = 'anna';
SELECT throws_ok(
    $$ SELECT internal.load_users_in_order('2020-12-08', 1) $$, '40001', NULL, 'or deleted it'
);
ROLLBACK TO staged;
SELECT is(internal.load_users_in_order('2020-12-08', 1), 4::bigint, 'of any other user that is no matter');
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", username, valid_to IS NULL FROM crm.users_dim ORDER BY user_id, valid_from $$,
    $$ VALUES ('anna', 'a', false), ('anna', 'b', false), ('anna', 'c', true), ('bert', 'z', true), ('cleo', 'a', true) $$,
    'what was open is closed, and rewritten'
);

SELECT * FROM finish();
ROLLBACK;
