-- Deploy warehouse:loads to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.loads (
    load_name     text    NOT NULL,
    position      integer NOT NULL,
    load_function text    NOT NULL,
    takes_day     boolean NOT NULL,
    depends_on    text[]  NOT NULL,
    CONSTRAINT loads_pk PRIMARY KEY (load_name),
    CONSTRAINT loads_position_uq UNIQUE (position)
);

INSERT INTO etl.loads (load_name, position, load_function, takes_day, depends_on) VALUES
    ('organizations_dim', 1, 'crm.load_organizations_dim',     false, '{raw.organizations}'),
    ('users_dim',         2, 'crm.load_users_dim',             true,  '{raw.user_events}'),
    ('user_events_daily', 3, 'reports.load_user_events_daily', true,  '{raw.user_events}');

COMMENT ON TABLE etl.loads IS
    'All loads there are, one row each. A load locks its row until its transaction ends: no other load of the same table runs.';
COMMENT ON COLUMN etl.loads.load_name IS 'The table that is loaded.';
COMMENT ON COLUMN etl.loads.position IS 'In which order the loads of a day run, and those of one transaction take their locks.';
COMMENT ON COLUMN etl.loads.takes_day IS 'Whether it loads one UTC day, given as a date; else it loads all there is.';
COMMENT ON COLUMN etl.loads.depends_on IS 'The tables that it reads.';

COMMIT;
