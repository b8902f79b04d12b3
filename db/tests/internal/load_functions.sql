-- internal.load_functions(): what the result of a load depends on.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(13);

CREATE FUNCTION etl.rule_a(p_a integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT etl.rule_b(1)';
    RETURN (SELECT n FROM etl.rule_c);
END $$;
CREATE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN etl . rule_a(1); END $$;
CREATE FUNCTION etl.rule_d() RETURNS integer LANGUAGE sql RETURN 1;
CREATE FUNCTION etl.rule_d(text) RETURNS integer LANGUAGE sql RETURN 1;
CREATE FUNCTION etl.rule_() RETURNS integer LANGUAGE sql RETURN 1;
CREATE VIEW etl.rule_c AS SELECT etl.rule_d() AS n;
CREATE TEMP VIEW used AS
SELECT jsonb_object_keys(internal.load_functions('etl.rule_a')) AS name;

SELECT bag_eq(
    'TABLE used', ARRAY['etl.rule_a(integer)', 'etl.rule_b(integer)', 'etl.rule_c', 'etl.rule_d()', 'etl.rule_d(text)'],
    'functions and views that are used by one another, also in SQL that is executed'
);
SELECT is(internal.load_functions('etl.rule_x'), NULL, 'of no function there is nothing');
SELECT bag_has(
    $$ SELECT jsonb_object_keys(internal.load_functions('crm.load_users_dim')) $$,
    $$ VALUES ('crm.load_users_dim(date)'), ('internal.blank_to_null(text)'), ('internal.begin_load(text,date)'),
        ('internal.find_late_neighbors(timestamp with time zone,timestamp with time zone,boolean)') $$,
    'the load of the dimension depends on its steps and theirs'
);
SELECT is_empty(
    $$
        SELECT name
        FROM etl.loads
        CROSS JOIN jsonb_object_keys(internal.load_functions(load_function)) AS name
        WHERE takes_day
          AND name LIKE 'raw.%'
    $$,
    'no load of a day depends on what brings data in'
);

-- What makes a difference, and what makes none.
CREATE TEMP TABLE before AS SELECT internal.load_functions('etl.rule_a') AS functions;
CREATE FUNCTION pg_temp.changed() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ', ' ORDER BY name)
    FROM jsonb_each_text(internal.load_functions('etl.rule_a')) AS now (name, hash)
    WHERE NOT EXISTS (
        SELECT FROM before CROSS JOIN jsonb_each_text(functions) AS old (name, hash)
        WHERE (old.name, old.hash) = (now.name, now.hash)
    )
$$;
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE plpgsql AS $$
-- as before
BEGIN RETURN
    etl.rule_a( 1 ); /* indeed */
END $$;
SELECT is(pg_temp.changed(), NULL, 'comments and layout make none');
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN etl.rule_a(2); END $$;
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'another number does');
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN etl.rule_a(1); END $$;
SELECT is(pg_temp.changed(), NULL, 'what it was before is the same');
CREATE OR REPLACE FUNCTION etl.rule_b(p_b integer DEFAULT 1) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN etl.rule_a(1); END $$;
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'a default of a parameter makes one');
DROP FUNCTION etl.rule_b(integer);
CREATE FUNCTION etl.rule_b(p_b integer) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN etl.rule_a(1); END $$;
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'the type of the result');
DROP FUNCTION etl.rule_b(integer);
CREATE FUNCTION etl.rule_b(p_b integer) RETURNS integer LANGUAGE plpgsql SET timezone = 'UTC' AS $$ BEGIN RETURN etl.rule_a(1); END $$;
SELECT is(pg_temp.changed(), 'etl.rule_b(integer)', 'a setting');
ALTER FUNCTION etl.rule_b(integer) RESET timezone;
CREATE OR REPLACE FUNCTION etl.rule_d() RETURNS integer LANGUAGE sql RETURN 2;
SELECT is(pg_temp.changed(), 'etl.rule_d()', 'a body in standard SQL');
CREATE OR REPLACE FUNCTION etl.rule_d() RETURNS integer LANGUAGE sql RETURN 1;
CREATE OR REPLACE VIEW etl.rule_c AS SELECT etl.rule_d() + 0 AS n;
SELECT is(pg_temp.changed(), 'etl.rule_c', 'a view');
SET LOCAL search_path = etl, pg_catalog, pgtap;
CREATE OR REPLACE VIEW etl.rule_c AS SELECT etl.rule_d() AS n;
SELECT is(pg_temp.changed(), NULL, 'the session''s search_path makes none');

SELECT * FROM finish();
ROLLBACK;
