-- raw.drop_rejects_before(): the quarantine is given up by its age.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(7);

SET LOCAL timezone = 'Pacific/Auckland';
INSERT INTO raw.rejected_user_events (event_sk, reject_key, body, reason, rejected_at) VALUES
    (1, gen_random_uuid(), 'a', 'none', '2020-12-07 23:59:59.999999Z'),
    (2, gen_random_uuid(), 'b', 'none', '2020-12-08 00:00Z'),
    (3, gen_random_uuid(), '', 'erased', '2020-12-07 10:00Z');
INSERT INTO raw.rejected_organizations (reject_key, body, reason, rejected_at) VALUES
    (gen_random_uuid(), 'c', 'none', '2020-12-07 23:59:59.999999Z'),
    (gen_random_uuid(), 'd', 'none', '2020-12-08 00:00Z');

SELECT is(raw.drop_rejects_before('2020-12-08'), 2::bigint, 'one of each is older');
SELECT results_eq(
    'SELECT event_sk FROM raw.rejected_user_events ORDER BY event_sk', ARRAY[2, 3]::bigint[],
    'the first of the day stays, and the trace of an erased message'
);
SELECT results_eq('SELECT body FROM raw.rejected_organizations', ARRAY['d']::bytea[], 'so does the organization of the day');
SELECT is(raw.drop_rejects_before('2020-12-08'), 0::bigint, 'once more finds nothing');
SELECT lives_ok('SELECT raw.drop_rejects_before((now() AT TIME ZONE ''UTC'')::date)', 'today has begun');
SELECT throws_ok(
    'SELECT raw.drop_rejects_before((now() AT TIME ZONE ''UTC'')::date + 1)', '22023', 'date must be a day that has begun', 'tomorrow has not'
);
SELECT throws_ok('SELECT raw.drop_rejects_before(NULL)', '22004', 'date must be a day that has begun', 'a null date');

SELECT * FROM finish();
ROLLBACK;
