-- internal.count_mentions(): where others name a user.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(3);

INSERT INTO raw.user_events (event_key, user_id, event_type, username, received_at, extra) VALUES
    (gen_random_uuid(), 'anna', 'User Created', 'anna', '2020-12-08 10:00Z', '{"invited_by": "anna"}'),
    (gen_random_uuid(), 'bob', 'User Created', NULL, '2020-12-08 10:00Z', '{"team": {"invited_by": ["anna"]}}'),
    (gen_random_uuid(), 'bob', 'User Updated', 'anna', '2020-12-08 11:00Z', NULL),
    (gen_random_uuid(), 'bob', 'User Updated', 'annabel', '2020-12-08 12:00Z', '{"invited_by": "joanna"}');
INSERT INTO crm.users_dim (user_id, valid_from, is_deleted, username, event_sk, attributes) VALUES
    ('anna', '2020-12-08 10:00Z', false, 'anna', 1, '{"invited_by": "anna"}'),
    ('bob', '2020-12-08 10:00Z', false, 'annabel', 2, '{"invited_by": "anna"}');
INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason) VALUES
    (1, gen_random_uuid(), '{"id": "bob", "invited_by": "anna", ', 'none'), (2, gen_random_uuid(), '{"id": "annabel"', 'none');
SELECT is(internal.count_mentions('anna'), 4::bigint, 'two events, a version and a reject');
SELECT is(internal.count_mentions('ann'), 0::bigint, 'as a whole value only');
SELECT is(mentions, 3::bigint, 'an erasure returns what it leaves') FROM crm.erase_user('anna');

SELECT * FROM finish();
ROLLBACK;
