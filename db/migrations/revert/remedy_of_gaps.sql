-- Revert warehouse:remedy_of_gaps from pg
BEGIN;

UPDATE etl.expectations
SET remedy = NULL
WHERE expectation_name = 'the versions of a user follow one another without a gap'
  AND remedy LIKE 'somebody wrote to crm.users_dim by hand; %';

COMMIT;
