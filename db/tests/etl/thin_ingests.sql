-- etl.thin_ingests(): of days that are over, one row each is left, and one for each import.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(8);

INSERT INTO etl.ingests (ingested_at, import_id, positions, received, inserted, duplicates, rejected) VALUES
    ('2020-12-07 23:59:59Z', NULL, NULL,       4, 1, 1, 2),
    ('2020-12-08 00:00Z',    NULL, NULL,       6, 3, 2, 1),
    ('2020-12-08 10:00Z',    'a',  '{[1,11)}', 10, 10, 0, 0),
    ('2020-12-08 23:59:59Z', NULL, NULL,       1, 0, 0, 1);
INSERT INTO etl.ingests (ingested_at, import_id, positions, event_sks, received, inserted, duplicates, rejected, redelivered) VALUES
    ('2020-12-08 11:00Z',    'b',  '{[1,4)}',  '{[5,7)}', 3, 2, 1, 0, 1),
    ('2020-12-08 12:00Z',    'b',  '{[4,6)}',  '{[7,9)}', 2, 0, 1, 1, 1);
INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected)
SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - age::interval, 1, 1, 0, 0
FROM unnest(ARRAY['2 days 1 microsecond', '2 days 1 hour', '2 days', '2 days', '1 day', '1 day', '0', '0']) AS age;
CREATE TEMP TABLE totals AS TABLE etl.ingest_totals;

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(etl.thin_ingests(), 6::bigint, 'rows of days that ended two days ago are summed up');
SET LOCAL timezone = 'UTC';
SELECT results_eq(
    $$
        SELECT ingested_at, import_id, positions::text, event_sks::text, received, inserted, duplicates, rejected
        FROM etl.ingests WHERE ingested_at < '2020-12-31' ORDER BY ingested_at
    $$,
    $$ VALUES
        (timestamptz '2020-12-07 23:59:59Z', NULL::text, NULL::text, NULL::text, 4::bigint, 1::bigint, 1::bigint, 2::bigint),
        ('2020-12-08 10:00Z', 'a', '{[1,11)}', NULL, 10, 10, 0, 0),
        ('2020-12-08 12:00Z', 'b', '{[1,6)}', '{[5,9)}', 5, 2, 2, 1),
        ('2020-12-08 23:59:59Z', NULL, NULL, NULL, 7, 3, 2, 2)
    $$,
    'a row a day and import, with the sums and the last time'
);
SELECT is(count(*), 11::bigint, 'those of the last days stay one a batch') FROM etl.ingests;
SELECT results_eq('TABLE etl.ingest_totals', 'TABLE totals', 'the totals are what they were');
CREATE TEMP TABLE before AS SELECT ctid AS place, ingest_sk FROM etl.ingests;
SELECT is(etl.thin_ingests(), 0::bigint, 'again, there is nothing to sum up');
SELECT bag_eq('SELECT ctid AS place, ingest_sk FROM etl.ingests', 'TABLE before', 'and nothing is written');

INSERT INTO etl.ingests (ingested_at, received, inserted, duplicates, rejected) VALUES ('2020-12-08 12:00Z', 3, 3, 0, 0);
SELECT is(etl.thin_ingests(), 2::bigint, 'what was added to such a day, as by a restore, is summed up with it');
SELECT is(received, 10::bigint, 'into one row') FROM etl.ingests WHERE ingested_at::date = '2020-12-08' AND import_id IS NULL;

SELECT * FROM finish();
ROLLBACK;
