-- Revert warehouse:partial_updates from pg
BEGIN;

DELETE FROM etl.expectations WHERE expectation_name = 'no more than a fifth of the updates lack fields that the user had';

SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS etl.partial_updates();

COMMIT;
