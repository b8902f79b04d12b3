-- Deploy warehouse:schemas to pg
BEGIN;

CREATE SCHEMA raw;
COMMENT ON SCHEMA raw IS 'Data as it came, and the quarantine for what could not be taken.';

CREATE SCHEMA crm;
COMMENT ON SCHEMA crm IS 'Dimensions: users with full history, organizations.';

CREATE SCHEMA reports;
COMMENT ON SCHEMA reports IS 'Numbers for people.';

CREATE SCHEMA etl;
COMMENT ON SCHEMA etl IS 'How the warehouse runs: what was ingested and loaded, and what needs loading.';

COMMIT;
