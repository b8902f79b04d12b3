-- Verify warehouse:clean_reasons on pg
BEGIN;

SELECT 1 / (count(*) = 0)::integer FROM raw.rejected_user_events WHERE length(reason) > 500;

ROLLBACK;
