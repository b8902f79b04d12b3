-- crm.users_at(moment, known_at): the users as the events tell that had been ingested by then.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(15);
\ir ../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, username, organization_name, received_at, ingested_at, sequence) VALUES
    ('anna', 'User Created', 'a1', ' ',    '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL),
    ('anna', 'User Updated', 'a2', 'Acme', '2020-12-06 10:00Z', '2020-12-06 10:01Z', NULL),
    ('anna', 'User Updated', 'a3', 'Acme', '2020-12-06 09:00Z', '2020-12-08 10:00Z', NULL), -- late, and before what was known
    ('bert', 'User Created', 'b1', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL),
    ('bert', 'User Deleted', NULL, NULL,   '2020-12-06 10:00Z', '2020-12-08 10:00Z', NULL), -- late
    ('carl', 'User Created', 'c1', 'Acme', '2020-12-06 10:00Z', '2020-12-08 10:00Z', NULL), -- late
    ('dora', 'User Created', 'd1', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL),
    ('dora', 'User Updated', 'd2', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL), -- of one instant Updated wins
    ('dora', 'User Deleted', 'd3', 'Acme', '2020-12-05 10:00Z', '2020-12-08 10:00Z', NULL), -- late, and then Deleted
    ('ella', 'User Created', 'e1', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', 2),
    ('ella', 'User Updated', 'e2', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', 1),
    ('ella', 'User Updated', 'e3', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL),
    ('fred', 'User Updated', 'f1', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL),
    ('fred', 'User Updated', 'f2', 'Acme', '2020-12-05 10:00Z', '2020-12-05 10:01Z', NULL);
INSERT INTO crm.organization_name_history VALUES
    ('Acme', '-infinity', '2020-12-06 00:00Z', 'old'), ('Acme', '2020-12-06 00:00Z', 'infinity', 'new');

PREPARE users(timestamptz, timestamptz) AS
SELECT concat_ws(' ', user_id COLLATE "default", username, organization_key)
FROM crm.users_at($1, $2)
ORDER BY user_id;
SELECT results_eq(
    $$ EXECUTE users('2020-12-07', '2020-12-07') $$,
    ARRAY['anna a2 new', 'bert b1 old', 'dora d2 old', 'ella e1 old', 'fred f2 old'],
    'what came later was not known: neither the user, nor the deletion, nor the winner of an instant'
);
SELECT results_eq(
    $$ EXECUTE users('2020-12-07', '2020-12-08 10:00Z') $$, ARRAY['anna a2 new', 'carl c1 new', 'ella e1 old', 'fred f2 old'],
    'what was ingested at the moment itself was known'
);
SELECT results_eq(
    $$ EXECUTE users('2020-12-06 09:30Z', '2020-12-09') $$, ARRAY['anna a3 new', 'bert b1 old', 'ella e1 old', 'fred f2 old'],
    'what happened later counts as little'
);
SELECT results_eq(
    $$ EXECUTE users('2020-12-06 10:00Z', '2020-12-07') $$,
    ARRAY['anna a2 new', 'bert b1 old', 'dora d2 old', 'ella e1 old', 'fred f2 old'], 'what happened at the moment itself counts'
);
SELECT is_empty($$ EXECUTE users('2020-12-07', '2020-12-05 10:00Z') $$, 'before the first event nobody was known');
SELECT is(
    (SELECT organization_name FROM crm.users_at('2020-12-05 12:00Z', '2020-12-07') WHERE user_id = 'anna'), NULL, 'blank text is null'
);

SELECT crm.load_users_dim(day::date), reports.load_user_events_daily(day::date)
FROM generate_series(timestamp '2020-12-05', '2020-12-06', '1 day') AS day \g /dev/null
SELECT bag_eq(
    format('SELECT * FROM crm.users_at(%L, %L)', moment, 'infinity'), format('SELECT * FROM crm.users_at(%L)', moment),
    format('with all that is known it is crm.users_at(%s)', moment)
)
FROM unnest(ARRAY['2020-12-05 12:00Z', '2020-12-06 09:30Z', '2020-12-07']::timestamptz[]) AS moment;

CREATE TEMP TABLE before_purge AS
SELECT moment, users.*
FROM unnest(ARRAY['2020-12-05 09:00Z', '2020-12-05 12:00Z', '2020-12-06 09:30Z', '2020-12-07']::timestamptz[]) AS moment
CROSS JOIN LATERAL crm.users_at(moment) AS users;
SELECT raw.drop_before('2020-12-06') \g /dev/null
SELECT bag_eq(
    $$
        SELECT moment, users.*
        FROM unnest(ARRAY['2020-12-05 09:00Z', '2020-12-05 12:00Z', '2020-12-06 09:30Z', '2020-12-07']::timestamptz[]) AS moment
        CROSS JOIN LATERAL crm.users_at(moment, now()) AS users
    $$,
    'TABLE before_purge', 'what was purged since is found in the dimension'
);
INSERT INTO raw.user_events (user_id, event_type, username, received_at, ingested_at) VALUES
    ('fred', 'User Updated', 'f3', '2020-12-06 12:00Z', now() + interval '1 second');
SELECT crm.load_users_dim('2020-12-06'), reports.load_user_events_daily('2020-12-06') \g /dev/null
SELECT is(
    (SELECT username FROM crm.users_at('2020-12-07', now()) WHERE user_id = 'fred'), 'f2',
    'also of a user of whom raw has only what was not known'
);
SELECT raw.drop_before('2020-12-07') \g /dev/null
SELECT bag_eq(
    $$ SELECT * FROM crm.users_at('2020-12-05 12:00Z', now()) $$, $$ SELECT * FROM crm.users_at('2020-12-05 12:00Z') $$,
    'at a moment before the purge as well'
);
SELECT throws_like(
    $$ SELECT * FROM crm.users_at('2020-12-07', now() - interval '1 second') $$, 'what was known at % cannot be told: raw.drop_before removed events at %',
    'what was known before a purge cannot be told'
);

-- An erasure reaches what was known as well.
INSERT INTO raw.user_events (user_id, event_type, username, user_email, received_at) VALUES
    ('zoe', 'User Created', 'Zoe', 'zoe@x.example', '2020-12-08 10:00Z');
SELECT crm.load_users_dim('2020-12-08') \g /dev/null
SELECT crm.erase_user('zoe') \g /dev/null
SELECT is_empty(
    $$ SELECT FROM crm.users_at('2020-12-09', 'infinity') AS person WHERE person::text ~* 'zoe' $$, 'no personal data after an erasure'
);
SELECT is(
    (SELECT count(*) FROM crm.users_at('2020-12-09', 'infinity') WHERE valid_from = '2020-12-08 10:00Z'), 1::bigint,
    'the erased user is counted'
);

SELECT * FROM finish();
ROLLBACK;
