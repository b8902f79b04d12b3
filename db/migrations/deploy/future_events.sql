-- Deploy warehouse:future_events to pg
-- requires: expectations arrived_events
BEGIN;

CREATE TABLE etl.settings (
    future_tolerance interval NOT NULL DEFAULT '1 day',
    CONSTRAINT settings_future_tolerance_ck CHECK (future_tolerance >= '0')
);

CREATE UNIQUE INDEX settings_one_ix ON etl.settings ((true));

COMMENT ON TABLE etl.settings IS 'What the owner may set, a column each, in one row.';
COMMENT ON COLUMN etl.settings.future_tolerance IS
    'How far ahead of the clock of the database an event may be; what is beyond is quarantined.';

INSERT INTO etl.settings DEFAULT VALUES;

ALTER TABLE etl.expectations ADD COLUMN remedy text;

COMMENT ON COLUMN etl.expectations.remedy IS 'What to do about a finding; null for a look at what the query finds.';

INSERT INTO etl.expectations (expectation_name, query, remedy) VALUES (
    'no event is more than 5 minutes ahead of the clock',
    $$SELECT format('%s events, the last at %s', count(*), max(received_at))
FROM raw.user_events
WHERE received_at > now() + interval '5 minutes'
HAVING count(*) > 0$$,
    'a wrong clock, local time sent as UTC, or a wrong unit: docs/troubleshooting.md, ''Events from the future'''
);

COMMENT ON COLUMN etl.load_runs.newest_event IS
    'The newest event of the day that was not ahead of the clock when the run began; null when it had none.';

-- db/migrate makes it anew with one more parameter.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS internal.user_event_fault(jsonb, timestamptz, timestamptz, boolean);

COMMIT;
