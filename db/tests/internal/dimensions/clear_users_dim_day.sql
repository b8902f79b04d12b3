-- internal.clear_users_dim_day(): versions are ended where they were found, or nothing is.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(4);
\ir ../../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Created', 'a', '2020-12-07 10:00Z'),
    ('anna', 'User Updated', 'c', '2020-12-09 10:00Z'),
    ('bert', 'User Created', 'a', '2020-12-07 10:00Z');
SELECT crm.load_users_dim('2020-12-07') \g /dev/null
SELECT crm.load_users_dim('2020-12-09') \g /dev/null
INSERT INTO internal.users_dim_changed (user_id, changes_from, first_from)
VALUES ('anna', '2020-12-08 00:00Z', '2020-12-08 10:00Z');
SELECT internal.find_neighbors('2020-12-08 00:00Z', '2020-12-09 00:00Z', 'whole') \g /dev/null

UPDATE crm.users_dim SET username = 'z' WHERE user_id = 'bert';
SAVEPOINT found;
UPDATE crm.users_dim SET username = 'z' WHERE user_id = 'anna' AND valid_to IS NOT NULL;
SELECT throws_ok(
    $$ SELECT internal.clear_users_dim_day('2020-12-08 00:00Z', '2020-12-09 00:00Z') $$,
    '40001', 'versions in crm.users_dim were changed by hand while 2020-12-08 was loaded',
    'of a late user, somebody changed the version before the day since it was found'
);
ROLLBACK TO found;
DELETE FROM crm.users_dim WHERE user_id = 'anna';
SELECT throws_ok(
    $$ SELECT internal.clear_users_dim_day('2020-12-08 00:00Z', '2020-12-09 00:00Z') $$, '40001', NULL, 'or deleted it'
);
ROLLBACK TO found;
SELECT is(
    internal.clear_users_dim_day('2020-12-08 00:00Z', '2020-12-09 00:00Z'), 1::bigint,
    'of any other user that is no matter'
);
SELECT results_eq(
    $$ SELECT user_id COLLATE "default", username, valid_to FROM crm.users_dim ORDER BY user_id, valid_from $$,
    $$ VALUES ('anna', 'a', '2020-12-08 10:00Z'::timestamptz), ('anna', 'c', NULL), ('bert', 'z', NULL) $$,
    'the version before ends where the day''s first begins'
);

SELECT * FROM finish();
ROLLBACK;
