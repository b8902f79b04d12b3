CREATE OR REPLACE VIEW internal.history_sessions AS
SELECT pid, substring(application_name FROM 'warehouse history: (.*)') AS step
FROM pg_stat_activity
WHERE datname = current_database()
  AND application_name LIKE 'warehouse history: %'
  AND pid <> pg_backend_pid();

COMMENT ON VIEW internal.history_sessions IS
    'The session, other than one''s own, that runs etl.build_history now, and what it is at.';
