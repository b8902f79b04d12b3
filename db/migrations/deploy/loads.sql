-- Deploy warehouse:loads to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.loads (
    load_name text    NOT NULL,
    position  integer NOT NULL,
    CONSTRAINT loads_pk PRIMARY KEY (load_name),
    CONSTRAINT loads_position_uq UNIQUE (position)
);

INSERT INTO etl.loads (load_name, position) VALUES
    ('organizations_dim', 1),
    ('users_dim',         2),
    ('user_events_daily', 3);

COMMENT ON TABLE etl.loads IS
    'One row a table that is loaded. A load locks its row until its transaction ends: no other load of the same table runs.';
COMMENT ON COLUMN etl.loads.position IS 'In which order loads of one transaction take their locks.';

COMMIT;
