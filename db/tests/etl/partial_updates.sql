-- etl.partial_updates(): updates that lack a field which the version before had.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(17);

CREATE FUNCTION pg_temp.ingest(p_type text, p_at timestamptz, p_fields jsonb, p_user text DEFAULT 'anna') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM raw.ingest_user_events(ARRAY[convert_to((
        jsonb_build_object('id', p_user, 'event_type', 'User ' || p_type, 'received_at', p_at) || p_fields
    )::text, 'UTF8')], NULL);
    DELETE FROM etl.load_runs; -- the day is loaded as a whole
    PERFORM crm.load_users_dim((p_at AT TIME ZONE 'UTC')::date);
END;
$$;
CREATE FUNCTION pg_temp.found(p_type text, p_before jsonb, p_fields jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM raw.user_events;
    DELETE FROM crm.users_dim;
    PERFORM pg_temp.ingest('Created', '2020-11-30 10:00Z', p_before);
    PERFORM pg_temp.ingest(p_type, '2020-12-08 10:00Z', p_fields);
    RETURN (SELECT concat_ws(' of ', n_partial, n_updates) FROM etl.partial_updates());
END;
$$;

SELECT is((SELECT concat_ws(' of ', n_partial, n_updates) FROM etl.partial_updates()), '0 of 0', 'without events there is nothing');
SELECT is(pg_temp.found(type, before, fields), found, description)
FROM (VALUES
    ('Updated', '{"username": "a", "plan_name": "b"}'::jsonb, '{"username": "c", "plan_name": "d"}'::jsonb, '0 of 1', 'a whole update'),
    ('Updated', '{"username": "a", "plan_name": "b"}', '{"plan_name": "d"}', '1 of 1', 'one that lacks the name'),
    ('Updated', '{"username": "a", "user_email": "b"}', '{"username": "d"}', '1 of 1', 'the e-mail'),
    ('Updated', '{"username": "a", "user_type": "b"}', '{"username": "d"}', '1 of 1', 'the type'),
    ('Updated', '{"username": "a", "organization_name": "b"}', '{"username": "d"}', '1 of 1', 'the organization'),
    ('Updated', '{"username": "a", "plan_name": "b"}', '{"username": "d", "plan_name": null}', '1 of 1', 'the plan, or has it as null'),
    ('Updated', '{"username": "a", "plan_name": "b"}', '{"username": "d", "plan_name": ""}', '0 of 1', 'a blank is not lacking'),
    ('Updated', '{"username": "a"}', '{"plan_name": "d"}', '0 of 0', 'of a user with one field an update cannot be partial'),
    ('Updated', '{"username": "a", "plan_name": " "}', '{"plan_name": "d"}', '0 of 0', 'a blank field is none'),
    ('Deleted', '{"username": "a", "plan_name": "b"}', '{}', '0 of 0', 'a deletion needs no fields'),
    ('Created', '{"username": "a", "plan_name": "b"}', '{}', '0 of 0', 'a creation begins anew')
) AS update_case (type, before, fields, found, description);
SELECT pg_temp.found('Deleted', '{"username": "a", "plan_name": "b"}', '{"username": "a", "plan_name": "b"}'),
    pg_temp.ingest('Updated', '2020-12-09 10:00Z', '{"plan_name": "d"}') \g /dev/null
SELECT is(n_updates, 0::bigint, 'so does an update after a deletion') FROM etl.partial_updates();
SELECT pg_temp.found('Updated', '{"username": "a", "plan_name": "b"}', '{"plan_name": "d"}'),
    pg_temp.ingest('Updated', '2020-12-09 10:00Z', '{"plan_name": "e"}'),
    pg_temp.ingest('Created', '2020-12-07 10:00Z', '{"username": "b", "plan_name": "b"}', 'bert') \g /dev/null
SELECT is(concat_ws(' of ', n_partial, n_updates), '1 of 1', 'a further one of the same kind hides nothing, nor does another user') FROM etl.partial_updates();
SELECT pg_temp.found('Updated', '{"username": "a", "plan_name": "b"}', '{"username": "a", "plan_name": "d"}'),
    pg_temp.ingest('Updated', '2020-12-09 10:00Z', '{"plan_name": "e"}') \g /dev/null
SELECT is(concat_ws(' of ', n_partial, n_updates), '0 of 1', 'the first update of each user tells, not how many there are') FROM etl.partial_updates();
UPDATE raw.user_events SET ingested_at = now() - interval '1 day' + interval '1 microsecond';
SELECT is(n_updates, 1::bigint, 'what arrived within a day') FROM etl.partial_updates();
UPDATE raw.user_events SET ingested_at = now() - interval '1 day';
SELECT is(n_updates, 0::bigint, 'and not what arrived before') FROM etl.partial_updates();

SELECT * FROM finish();
ROLLBACK;
