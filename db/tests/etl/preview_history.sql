-- etl.preview_history(): what a new history would change, and nothing is changed.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(4);
\ir ../fixtures/history.sql
\ir ../fixtures/arrive.sql
\ir ../fixtures/locked.sql

SELECT pg_temp.arrive('anna Created 2020-12-08 10:00 anna', 'bo Created 2020-12-08 10:00 bo');
SELECT results_eq(
    $$ SELECT change, total, old_row, new_row ->> 'username' FROM etl.preview_history(1) $$,
    $$ VALUES ('added', 2::bigint, NULL::jsonb, 'anna') $$, 'shows as many as one wants'
);
SELECT results_eq('TABLE locked', ARRAY['users_dim'], 'no load of it runs meanwhile');
SELECT is_empty('TABLE history', 'nothing is built');
SELECT is_empty('TABLE internal.users_dim_differences', 'nothing stays staged');

SELECT * FROM finish();
ROLLBACK;
