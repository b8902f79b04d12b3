-- etl.accept_rules(): older rules that give the same results make no day stale.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(18);
\ir ../fixtures/locked.sql

CREATE TEMP VIEW stale AS
SELECT format('%s %s', load_name, import_date) AS line FROM etl.stale_dates;
CREATE FUNCTION pg_temp.set_rules(p_fingerprint text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO etl.rules (load_name, fingerprint, functions, same_as)
    SELECT load_name, position || p_fingerprint, '{}', position || p_fingerprint FROM etl.loads WHERE takes_day
    ON CONFLICT DO NOTHING;
    UPDATE etl.loads SET rules = position || p_fingerprint WHERE takes_day;
    PERFORM internal.find_outdated_days(load_name) FROM etl.loads;
END $$;
INSERT INTO etl.load_runs (load_name, import_date, started_at, duration, rows_read, rows_written, snapshot, rules)
SELECT 'users_dim', import_date, now(), interval '1 s', 0, 0, pg_snapshot '1:1:', rules
FROM (VALUES ('2020-12-08'::date, '2a'), ('2020-12-09', '2b'), ('2020-12-10', '2c')) AS day (import_date, rules)
UNION ALL
VALUES ('user_events_daily', date '2020-12-08', now(), interval '1 s', 0, 0, pg_snapshot '1:1:', '3a');
-- Of another load, with the same fingerprint.
INSERT INTO etl.rules (load_name, fingerprint, functions, same_as) VALUES ('user_events_daily', '2c', '{}', '2c');

SELECT pg_temp.set_rules(rules) FROM unnest(ARRAY['a', 'b', 'c', 'd']) AS rules \g /dev/null
SELECT bag_eq(
    'TABLE stale',
    ARRAY['users_dim 2020-12-08', 'users_dim 2020-12-09', 'users_dim 2020-12-10', 'user_events_daily 2020-12-08'],
    'days of older rules'
);

SELECT throws_ok(
    format('SELECT etl.accept_rules(%s)', arguments), '22023', message, description
)
FROM (VALUES
    ($$'users_dim', '2c', ' '$$, 'the reason must not be empty', 'a reason is wanted'),
    ($$'users_dim', '2c', NULL$$, 'the reason must not be empty', 'which is not null'),
    ($$'users_dim', '3a', 'why'$$, 'the load users_dim had no rules 3a before', 'those of another load are refused'),
    ($$'users_dim', '2d', 'why'$$, 'the load users_dim had no rules 2d before', 'the present ones as well'),
    ($$'plans_dim', 'c', 'why'$$, 'the load plans_dim had no rules c before', 'those of no load')
) AS refused (arguments, message, description);

SELECT is(etl.accept_rules('users_dim', '2c', 'only faster'), 1::bigint, 'says how many days it spared');
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'no load of the table runs meanwhile');
SELECT bag_eq(
    'TABLE stale', ARRAY['users_dim 2020-12-08', 'users_dim 2020-12-09', 'user_events_daily 2020-12-08'],
    'the days of these rules, and no others'
);
SELECT results_eq(
    $$ SELECT load_name, fingerprint, accepted_at, accepted_by COLLATE "default", accepted_reason FROM etl.rules WHERE accepted_at IS NOT NULL $$,
    $$ VALUES ('users_dim', '2c', now(), session_user::text COLLATE "default", 'only faster') $$, 'it is recorded'
);
SELECT bag_eq(
    $$ SELECT import_date::text, state FROM etl.rules_of_days WHERE load_name = 'users_dim' $$,
    $$ VALUES ('2020-12-08', 'older'), ('2020-12-09', 'older'), ('2020-12-10', 'accepted') $$, 'and shown'
);

-- The days of 10 December are as those of c and of d. What is as c is as d.
SELECT pg_temp.set_rules('e') \g /dev/null
SELECT ok(EXISTS (SELECT FROM stale WHERE line = 'users_dim 2020-12-10'), 'other rules make them stale once more');
SELECT is(etl.accept_rules('users_dim', '2d', 'again'), 1::bigint, 'what was the same as accepted rules is accepted with them');
SELECT is(etl.accept_rules('users_dim', '2a', 'at last'), 1::bigint, 'older ones can be accepted too');
SELECT bag_eq('TABLE stale', ARRAY['users_dim 2020-12-09', 'user_events_daily 2020-12-08'], 'alone');
SELECT pg_temp.set_rules('a') \g /dev/null
SELECT bag_eq('TABLE stale', ARRAY['users_dim 2020-12-09'], 'and the other way round: the same stays the same');
SELECT is(etl.accept_rules('users_dim', '2d', 'another reason'), 0::bigint, 'again, nothing is left to spare');
SELECT is(accepted_reason, 'another reason', 'and the newer reason stays')
FROM etl.rules
WHERE (load_name, fingerprint) = ('users_dim', '2d');

SELECT * FROM finish();
ROLLBACK;
