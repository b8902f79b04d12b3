-- crm.user_versions: what tools read.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(5);
\ir ../fixtures/history.sql

INSERT INTO raw.user_events (user_id, event_type, organization_name, received_at) VALUES
    ('anna', 'User Created', 'Acme', '2020-10-05 10:00Z'),
    ('anna', 'User Deleted', NULL,   '2020-11-05 10:00Z'),
    ('anna', 'User Created', 'Acme', '2020-12-05 10:00Z'),
    ('bert', 'User Created', 'Acme', '2020-10-05 10:00Z');
INSERT INTO crm.organization_name_history VALUES
    ('Acme', '-infinity', '2020-11-01 00:00Z', 'old'), ('Acme', '2020-11-01 00:00Z', 'infinity', 'new');
SELECT crm.load_users_dim(day) FROM unnest(ARRAY['2020-10-05', '2020-11-05', '2020-12-05']::date[]) AS day \g /dev/null

SET LOCAL timezone = 'UTC';
SELECT results_eq(
    $$ SELECT concat_ws(' ', user_id COLLATE "default", valid_from::date, valid_to::date, is_current, is_deleted, organization_key)
       FROM crm.user_versions ORDER BY user_id, valid_from $$,
    ARRAY[
        'anna 2020-10-05 2020-11-05 f f old', 'anna 2020-11-05 2020-12-05 f t', 'anna 2020-12-05 9999-12-31 t f new',
        'bert 2020-10-05 9999-12-31 t f old'
    ],
    'each version of each life, with an end and the organization of its time'
);
SELECT bag_eq(
    $$ SELECT user_id, valid_from FROM crm.user_versions WHERE valid_from <= '2020-11-10' AND valid_to > '2020-11-10' AND NOT is_deleted $$,
    $$ SELECT user_id, valid_from FROM crm.users_at('2020-11-10') $$, 'one condition gives the users of a moment'
);

CREATE FUNCTION pg_temp.partitions(p_condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    v_line text;
BEGIN
    FOR v_line IN EXECUTE 'EXPLAIN SELECT user_id FROM crm.user_versions WHERE ' || p_condition LOOP
        RETURN QUERY SELECT substring(v_line FROM ' on (users_dim_(open|[0-9]{4}_[0-9]{2}))') WHERE v_line ~ ' on users_dim_';
    END LOOP;
END;
$$;
SELECT bag_eq(
    $$ SELECT pg_temp.partitions($c$ timestamptz '2020-12-05 12:00Z' BETWEEN valid_from AND valid_to $c$) $$,
    ARRAY['users_dim_2020_12', 'users_dim_2021_01', 'users_dim_open'], 'months that ended before the moment are not read'
);
SELECT bag_eq(
    $$ SELECT pg_temp.partitions('is_current') $$, ARRAY['users_dim_open'], 'nor is any for the last versions'
);
SELECT bag_eq(
    $$ SELECT pg_temp.partitions($c$ valid_to = '9999-12-31 00:00Z' $c$) $$, ARRAY['users_dim_open'], 'by whichever column they are asked for'
);

SELECT * FROM finish();
ROLLBACK;
