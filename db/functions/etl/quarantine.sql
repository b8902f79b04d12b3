CREATE OR REPLACE VIEW etl.quarantine AS
SELECT 'user event' AS kind, rejected_at, reason
FROM raw.rejected_user_events
WHERE reason <> 'erased'
UNION ALL
SELECT 'organization', rejected_at, reason
FROM raw.rejected_organizations;

COMMENT ON VIEW etl.quarantine IS 'What was rejected and is still to be looked at, without the bodies.';
COMMENT ON COLUMN etl.quarantine.kind IS 'user event or organization.';
COMMENT ON COLUMN etl.quarantine.rejected_at IS 'When it came.';
COMMENT ON COLUMN etl.quarantine.reason IS 'Why it is none.';
