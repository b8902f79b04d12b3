-- internal.find_arrived_instants(): the instants of a day at which users have to be looked at, since events arrived.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(3);
\ir ../../fixtures/history.sql

CREATE TEMP VIEW instant AS
SELECT user_id COLLATE "default", to_char(received_at AT TIME ZONE 'UTC', 'DD HH24:MI') FROM internal.users_dim_arrived;
PREPARE find AS
SELECT internal.find_arrived_instants(
    '2020-12-08 00:00Z', '2020-12-09 00:00Z',
    (SELECT range_agg(int8range(event_sk, event_sk, '[]')) FROM raw.user_events WHERE username = 'new')
);

-- The numbers of what is new have gaps.
INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('anna', 'User Created', 'new', '2020-12-08 00:00Z'),
    ('bert', 'User Created', 'old', '2020-12-08 10:00Z'),
    ('cleo', 'User Created', 'new', '2020-12-08 23:59:59.999999Z'),
    ('dora', 'User Created', 'new', '2020-12-09 00:00Z'),
    ('emil', 'User Created', 'new', '2020-12-07 23:59:59.999999Z'),
    ('cleo', 'User Updated', 'old', '2020-12-08 22:00Z'),
    ('cleo', 'User Updated', 'new', '2020-12-08 21:00Z');
EXECUTE find \g /dev/null
SELECT bag_eq(
    'TABLE instant', $$ VALUES ('anna', '08 00:00'), ('cleo', '08 21:00'), ('cleo', '08 23:59') $$,
    'those of the events that arrived for the day'
);

SELECT internal.add_users_dim_period('2020-12-01') \g /dev/null
INSERT INTO crm.users_dim (user_id, valid_from, valid_to, is_valid, is_deleted, event_sk) VALUES
    ('cleo', '2020-12-08 20:59Z', '2020-12-08 22:00Z', false, false, 1),
    ('cleo', '2020-12-08 22:00Z', '2020-12-09 00:00Z', false, false, 2),
    ('cleo', '2020-12-09 00:00Z', NULL,                true,  false, 3),
    ('bert', '2020-12-08 10:00Z', NULL,                true,  false, 4);
DELETE FROM internal.users_dim_arrived;
EXECUTE find \g /dev/null
SELECT bag_eq(
    'TABLE instant', $$ VALUES ('anna', '08 00:00'), ('cleo', '08 21:00'), ('cleo', '08 22:00'), ('cleo', '08 23:59') $$,
    'and of the versions of the same users after these, up to the end of the day'
);
DELETE FROM internal.users_dim_arrived;
DELETE FROM raw.user_events WHERE username = 'new';
EXECUTE find \g /dev/null
SELECT is_empty('TABLE instant', 'none, where nothing arrived');

SELECT * FROM finish();
ROLLBACK;
