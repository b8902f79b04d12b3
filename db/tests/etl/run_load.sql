-- etl.run_load(): whatever etl.loads has runs by its name.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(7);

CREATE FUNCTION pg_temp.hint(p_load_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_hint text;
BEGIN
    PERFORM etl.run_load(p_load_name, '2020-12-08');
EXCEPTION
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
        RETURN v_hint;
END;
$$;
SELECT raw.ingest_user_events(
    ARRAY['{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}']::bytea[], NULL
) \g /dev/null
INSERT INTO raw.organizations (organization_key) VALUES ('a'), ('b');

\ir ../fixtures/hostile_session.sql
SELECT etl.run_load('users_dim', '2020-12-08') AS first, etl.run_load('users_dim', '2020-12-08') AS again \gset
RESET search_path;
SELECT is(:first, 1, 'a load of one day gets the day, and its rows come back');
SELECT is(:again, 0, 'a second time it writes nothing');
SELECT is(etl.run_load('organizations_dim'), 2::bigint, 'a load of all there is needs no day');

CREATE FUNCTION crm.load_plans_dim(date) RETURNS bigint LANGUAGE sql RETURN 42::bigint;
INSERT INTO etl.loads (load_name, position, load_function, depends_on, table_name, table_key)
VALUES ('plans_dim', 0, 'crm.load_plans_dim', '{}', 'crm.plans_dim', '{day}');
SELECT is(etl.run_load('plans_dim', '2020-12-08'), 42::bigint, 'a load that is new in etl.loads runs too');

SELECT throws_ok(
    format('SELECT etl.run_load(%L)', name), '22023', format('there is no load named %s', shown), format('refuses %s', shown)
)
FROM (VALUES ('no load', '"no load"'), (NULL, 'null')) AS unknown (name, shown);
SELECT is(
    pg_temp.hint('nothing'), 'The loads are plans_dim, organizations_dim, users_dim, user_events_daily.', 'names those there are'
);

SELECT * FROM finish();
ROLLBACK;
