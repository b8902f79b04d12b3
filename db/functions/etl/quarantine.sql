CREATE OR REPLACE VIEW etl.quarantine AS
SELECT 'user event' AS kind, rejected_at, reason
FROM raw.rejected_user_events
WHERE reason <> 'erased'
UNION ALL
SELECT 'organization', rejected_at, reason
FROM raw.rejected_organizations;

COMMENT ON VIEW etl.quarantine IS 'The rejected messages that are still in quarantine, without their bodies.';
COMMENT ON COLUMN etl.quarantine.kind IS 'The expected kind: user event or organization.';
COMMENT ON COLUMN etl.quarantine.rejected_at IS 'When it arrived.';
COMMENT ON COLUMN etl.quarantine.reason IS 'Why it was rejected.';
