-- internal.empty_users_dim_stage(): little is deleted, much is truncated.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(5);

CREATE TEMP VIEW left_over AS
SELECT user_id FROM internal.users_dim_arrived
UNION ALL
SELECT user_id FROM internal.users_dim_stage
UNION ALL
SELECT user_id FROM internal.users_dim_changed
UNION ALL
SELECT user_id FROM internal.users_dim_neighbors;
PREPARE fill (int) AS
WITH arrived AS (
    INSERT INTO internal.users_dim_arrived (user_id, received_at) SELECT number, 'epoch' FROM generate_series(1, $1) AS number
),
changed AS (
    INSERT INTO internal.users_dim_changed (user_id, changes_from) SELECT number, 'epoch' FROM generate_series(1, $1) AS number
),
neighbor AS (
    INSERT INTO internal.users_dim_neighbors (user_id, changes_from, next_from, n_begun)
    SELECT number, 'epoch', 'epoch', 0 FROM generate_series(1, $1) AS number
)
INSERT INTO internal.users_dim_stage (user_id, valid_from, first_from, is_first, is_last, is_late, is_deleted, is_present, event_sk)
SELECT number, 'epoch', 'epoch', true, true, true, false, false, 1 FROM generate_series(1, $1) AS number;

-- Tests that were rolled back may have left it large.
TRUNCATE internal.users_dim_stage;
EXECUTE fill (10);
-- On Citus those of the shards.
CREATE TEMP VIEW files AS SELECT array_agg(DISTINCT pg_relation_filenode(tableoid)) AS files FROM internal.users_dim_stage;
SELECT files FROM files \gset
SELECT internal.empty_users_dim_stage() \g /dev/null
SELECT is_empty('TABLE left_over', 'a few rows go');
EXECUTE fill (10);
SELECT is(files, :'files', 'without a new file, which takes longer') FROM files;
EXECUTE fill (20000);
SELECT internal.empty_users_dim_stage() \g /dev/null
SELECT is_empty('TABLE left_over', 'many rows go');
SELECT is(pg_relation_size('internal.users_dim_stage'), 0::bigint, 'and the room that they took');

SAVEPOINT filled;
EXECUTE fill (20000);
ROLLBACK TO filled;
SELECT internal.empty_users_dim_stage() \g /dev/null
SELECT is(pg_relation_size('internal.users_dim_stage'), 0::bigint, 'also that of rows that were rolled back');

SELECT * FROM finish();
ROLLBACK;
