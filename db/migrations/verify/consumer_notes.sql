-- Verify warehouse:consumer_notes on pg
BEGIN;

SELECT subject, note, remedy, is_problem, since, noted_at
FROM etl.consumer_notes
WHERE false;

ROLLBACK;
