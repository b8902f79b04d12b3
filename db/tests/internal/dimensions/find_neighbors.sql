-- internal.find_neighbors(): what is around a day, 31 December, or around the rest of it.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(4);
\ir ../../fixtures/history.sql

CREATE FUNCTION pg_temp.around(p_changes_from timestamptz)
    RETURNS TABLE (user_id text, before_name text, before_to timestamptz, next_from timestamptz, n_begun bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM internal.users_dim_changed;
    DELETE FROM internal.users_dim_neighbors;
    INSERT INTO internal.users_dim_changed (user_id, changes_from)
    SELECT DISTINCT dim.user_id, p_changes_from FROM crm.users_dim AS dim;
    PERFORM internal.find_neighbors('2020-12-31 00:00Z', '2021-01-01 00:00Z', 'whole');
    PERFORM internal.find_neighbors('2020-12-31 00:00Z', '2021-01-01 00:00Z', 'whole'); -- who is known is left alone
    RETURN QUERY
    SELECT neighbor.user_id COLLATE "default", dim.username, neighbor.before_to, neighbor.next_from, neighbor.n_begun
    FROM internal.users_dim_neighbors AS neighbor
    LEFT JOIN crm.users_dim AS dim
        ON dim.user_id = neighbor.user_id
        AND dim.ctid = neighbor.before_place
        AND dim.valid_from = neighbor.before_from;
END $$;

INSERT INTO raw.user_events (user_id, event_type, username, received_at) VALUES
    ('after', 'User Updated', 'a', '2021-02-01 10:00Z'),
    ('after', 'User Updated', 'b', '2021-03-01 10:00Z'),
    ('before', 'User Updated', 'a', '2020-12-30 10:00Z'),
    ('day', 'User Updated', 'a', '2020-12-30 10:00Z'),
    ('day', 'User Updated', 'b', '2020-12-31 00:00Z'),
    ('day', 'User Updated', 'c', '2020-12-31 04:00Z'),
    ('day', 'User Updated', 'd', '2020-12-31 08:00Z'),
    ('day', 'User Updated', 'e', '2020-12-31 12:00Z'),
    ('day', 'User Updated', 'f', '2020-12-31 16:00Z'),
    ('day', 'User Updated', 'g', '2021-01-01 00:00Z'),
    ('first', 'User Updated', 'a', '2020-12-31 23:59:59.999999Z'),
    ('month', 'User Updated', 'a', '2020-11-01 10:00Z'),
    ('month', 'User Updated', 'b', '2020-12-02 10:00Z'),
    ('month', 'User Updated', 'c', '2020-12-30 10:00Z'),
    ('month', 'User Updated', 'd', '2021-01-02 10:00Z'),
    ('year', 'User Updated', 'a', '2020-11-01 10:00Z'),
    ('year', 'User Updated', 'b', '2021-11-01 10:00Z');
SELECT crm.load_users_dim(day::date)
FROM (SELECT DISTINCT received_at::date AS day FROM raw.user_events ORDER BY day) AS loaded \g /dev/null

CREATE TEMP TABLE other (user_id text, before_name text, before_to timestamptz, next_from timestamptz, n_begun bigint);
INSERT INTO other VALUES
    ('after', NULL, NULL, '2021-02-01 10:00Z', 0),
    ('before', 'a', 'infinity', 'infinity', 0),
    ('first', NULL, NULL, 'infinity', 1),
    ('month', 'c', '2021-01-02 10:00Z', '2021-01-02 10:00Z', 0),
    ('year', 'a', '2021-11-01 10:00Z', '2021-11-01 10:00Z', 0);

SELECT bag_eq(
    $$ SELECT * FROM pg_temp.around('2020-12-31 00:00Z') $$,
    $$ TABLE other UNION ALL SELECT 'day', 'a', '2020-12-31 00:00Z', '2021-01-01 00:00Z', 5 $$,
    'around the day'
);
SELECT bag_eq(
    $$ SELECT * FROM pg_temp.around('2020-12-31 08:00Z') $$,
    $$ TABLE other UNION ALL SELECT 'day', 'c', '2020-12-31 08:00Z', '2021-01-01 00:00Z', 3 $$,
    'around what changes from a moment on at which a version begins'
);
SELECT bag_eq(
    $$ SELECT * FROM pg_temp.around('2020-12-31 09:00Z') $$,
    $$ TABLE other UNION ALL SELECT 'day', 'd', '2020-12-31 12:00Z', '2021-01-01 00:00Z', 2 $$,
    'and from one amid a version'
);
SELECT bag_eq(
    $$ SELECT * FROM pg_temp.around('2020-12-31 16:00Z') $$,
    $$ TABLE other UNION ALL SELECT 'day', 'e', '2020-12-31 16:00Z', '2021-01-01 00:00Z', 1 $$,
    'and from where the last begins'
);

SELECT * FROM finish();
ROLLBACK;
