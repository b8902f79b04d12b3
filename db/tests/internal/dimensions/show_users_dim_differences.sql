-- internal.show_users_dim_differences(): the first versions of each kind that differ.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(3);

INSERT INTO internal.users_dim_differences (user_id, valid_from, change, is_deleted, username, event_sk) VALUES
    ('cleo', '2020-12-07 10:00Z', 'added',   false, 'c', 5),
    ('bert', '2020-12-10 10:00Z', 'added',   false, 'b', 4),
    ('bert', '2020-12-09 10:00Z', 'added',   false, 'a', 3),
    ('dora', '2020-12-08 10:00Z', 'changed', false, 'd', 6),
    ('anna', '2020-12-08 10:00Z', 'removed', NULL, NULL, NULL);
INSERT INTO crm.users_dim_open (user_id, valid_from, is_deleted, username, event_sk) VALUES
    ('dora', '2020-12-08 10:00Z', false, 'old', 1), ('anna', '2020-12-08 10:00Z', false, 'gone', 2);
PREPARE shown(integer) AS
SELECT change, total, old_row ->> 'username', new_row ->> 'username'
FROM internal.show_users_dim_differences($1);

SELECT results_eq(
    'EXECUTE shown(10)',
    $$ VALUES
        ('added', 3::bigint, NULL, 'a'), ('added', 3, NULL, 'b'), ('added', 3, NULL, 'c'),
        ('changed', 1, 'old', 'd'),
        ('removed', 1, 'gone', NULL)
    $$,
    'by kind, user and time'
);
SELECT results_eq(
    'EXECUTE shown(1)',
    $$ VALUES ('added', 3::bigint, NULL, 'a'), ('changed', 1, 'old', 'd'), ('removed', 1, 'gone', NULL) $$,
    'as many of each kind as one wants'
);
SELECT is_empty('EXECUTE shown(0)', 'none, if one wants none');

SELECT * FROM finish();
ROLLBACK;
