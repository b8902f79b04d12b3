-- internal.rules_of(): what decides the results of a load.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(13);

CREATE FUNCTION etl.rule_d() RETURNS integer LANGUAGE sql RETURN 1;
CREATE FUNCTION etl.rule_d(text) RETURNS integer LANGUAGE sql RETURN 1;
CREATE VIEW etl.rule_c AS SELECT etl.rule_d() AS n FROM raw.user_events;
CREATE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE sql RETURN (SELECT n FROM etl.rule_c WHERE n = p_b);
CREATE VIEW etl.rule_a AS SELECT etl.rule_b(1) AS n;
CREATE FUNCTION etl.rule_e() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN etl.rule_d(); END $$;

PREPARE used AS SELECT jsonb_object_keys(internal.rules_of($1));
SELECT bag_eq(
    $$ EXECUTE used('etl.rule_a') $$, ARRAY['etl.rule_a', 'etl.rule_b(integer)', 'etl.rule_c', 'etl.rule_d()'],
    'views and functions that are used by one another; no table'
);
SELECT bag_eq($$ EXECUTE used('etl.rule_b') $$, ARRAY['etl.rule_b(integer)', 'etl.rule_c', 'etl.rule_d()'], 'from a function on');
SELECT bag_eq($$ EXECUTE used('etl.rule_e') $$, ARRAY['etl.rule_e()'], 'what a body in another language uses is not known');
SELECT is(internal.rules_of('etl.rule_x'), NULL, 'of nothing there is nothing');
SELECT bag_eq(
    $$
        SELECT load_name || ' ' || jsonb_object_keys(internal.rules_of(decided_by))
        FROM etl.loads
        WHERE takes_day
    $$,
    ARRAY[
        'users_dim internal.user_states', 'users_dim internal.blank_to_null(text)', 'users_dim internal.user_attributes(jsonb)',
        'users_dim etl.event_types', 'users_dim internal.final_types()', 'users_dim internal.types_by_rank()',
        'user_events_daily etl.event_types', 'user_events_daily internal.types_by_rank()',
        'user_events_daily internal.counted_events', 'user_events_daily internal.counting_columns()'
    ],
    'the loads depend on these, and on no step, setting or message'
);

-- What makes a difference, and what makes none.
CREATE TEMP TABLE before AS SELECT internal.rules_of('etl.rule_a') AS rules;
CREATE FUNCTION pg_temp.changed() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ', ' ORDER BY name)
    FROM jsonb_each_text(internal.rules_of('etl.rule_a')) AS now (name, hash)
    WHERE NOT EXISTS (
        SELECT FROM before CROSS JOIN jsonb_each_text(rules) AS old (name, hash)
        WHERE (old.name, old.hash) = (now.name, now.hash)
    )
$$;
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE sql
-- as before
RETURN (
    SELECT n FROM etl.rule_c WHERE  n = p_b /* indeed */
);
SELECT is(pg_temp.changed(), NULL, 'comments and layout make none');
ALTER FUNCTION etl.rule_b(integer) SET timezone = 'UTC';
SELECT is(pg_temp.changed(), NULL, 'nor does a setting');
ALTER FUNCTION etl.rule_b(integer) RESET timezone;
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE sql RETURN (SELECT n FROM etl.rule_c WHERE n > p_b);
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'another operator does');
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE sql RETURN (SELECT n FROM etl.rule_c WHERE n = p_b);
SELECT is(pg_temp.changed(), NULL, 'what it was before is the same');
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer DEFAULT 1) RETURNS integer LANGUAGE sql RETURN (SELECT n FROM etl.rule_c WHERE n = p_b);
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'a default of a parameter makes one');
CREATE OR REPLACE VIEW etl.rule_a AS SELECT etl.rule_b(1) + 0 AS n;
SELECT is(pg_temp.changed(), 'etl.rule_a, etl.rule_b(integer)', 'a view');
CREATE TEMP TABLE plpgsql AS SELECT internal.rules_of('etl.rule_e') AS rules;
CREATE OR REPLACE FUNCTION etl.rule_e() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END $$;
SELECT isnt(internal.rules_of('etl.rule_e'), rules, 'a body in another language') FROM plpgsql;
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer DEFAULT 1) RETURNS integer LANGUAGE sql RETURN (SELECT n FROM etl.rule_c WHERE n = p_b);
SET LOCAL search_path = etl, pg_catalog, pgtap;
SELECT is(pg_temp.changed(), 'etl.rule_a, etl.rule_b(integer)', 'the session''s search_path makes none');

SELECT * FROM finish();
ROLLBACK;
