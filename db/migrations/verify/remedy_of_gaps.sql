-- Verify warehouse:remedy_of_gaps on pg
BEGIN;

SELECT 1 / count(remedy)
FROM etl.expectations
WHERE expectation_name = 'the versions of a user follow one another without a gap'
HAVING count(*) > 0;

ROLLBACK;
