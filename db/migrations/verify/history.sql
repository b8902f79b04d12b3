-- Verify warehouse:history on pg
BEGIN;

SELECT pid, began_at, snapshot, last_run, ground, days FROM internal.history WHERE false;
SELECT import_date, n_versions, newest_event FROM internal.history_days WHERE false;
SELECT reason FROM internal.outdated_days WHERE false;

ROLLBACK;
