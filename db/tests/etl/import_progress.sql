-- etl.import_progress(): how far a file import is, however its messages were delivered.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(7);

\set first '''00000000-0000-4000-8000-000000000001'''
\set other '''00000000-0000-4000-8000-000000000002'''

SELECT is(result::text, '(0,0,0,0)', 'an import that nothing has come of is at the beginning')
FROM etl.import_progress(:first) AS result;

INSERT INTO etl.ingests (import_id, positions, received, inserted, duplicates, rejected) VALUES
    (:first, '{[1,4)}',       3, 2, 0, 1),
    (:other, '{[1,11)}',     10, 9, 0, 1),
    (NULL,   NULL,            5, 5, 0, 0),
    (:first, '{[6,8),[9,10)}', 3, 1, 1, 1);
SELECT is(result::text, '(6,3,1,2)', 'its batches add up, with gaps between them')
FROM etl.import_progress(:first) AS result;
SELECT is(result::text, '(10,9,0,1)', 'another import is counted for itself')
FROM etl.import_progress(:other) AS result;
SELECT is(result::text, '(0,0,0,0)', 'messages of no import are of no import')
FROM etl.import_progress(NULL) AS result;

-- Committed, but not acknowledged: delivered again, and duplicates now.
INSERT INTO etl.ingests (import_id, positions, received, inserted, duplicates, rejected) VALUES
    (:first, '{[1,4),[6,8),[9,10)}', 6, 0, 6, 0);
SELECT is(result::text, '(6,3,1,2)', 'messages delivered again count once, as what they were the first time')
FROM etl.import_progress(:first) AS result;

INSERT INTO etl.ingests (import_id, positions, received, inserted, duplicates, rejected) VALUES
    (:first, '{[3,7)}', 4, 2, 2, 0);
SELECT is(result::text, '(8,5,1,2)', 'also beside messages that are new')
FROM etl.import_progress(:first) AS result;

-- The whole way.
SELECT raw.ingest_user_events(
    ARRAY[
        '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}', 'bad',
        '{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
    ]::bytea[],
    ids, ARRAY[
        'import/00000000-0000-4000-8000-000000000003/1', 'import/00000000-0000-4000-8000-000000000003/2',
        'import/00000000-0000-4000-8000-000000000003/3'
    ]
)
FROM (VALUES (1, ARRAY['1', '2', '1']), (2, ARRAY['1', '2', '1'])) AS delivery (n, ids)
\g /dev/null
SELECT is(result::text, '(3,1,1,1)', 'a batch that is ingested twice is counted once')
FROM etl.import_progress('00000000-0000-4000-8000-000000000003') AS result;

SELECT * FROM finish();
ROLLBACK;
