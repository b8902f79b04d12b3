-- Deploy warehouse:cluster to pg
-- requires: load_runs
BEGIN;

CREATE TABLE etl.cluster (
    system_identifier bigint      NOT NULL,
    database_oid      oid         NOT NULL,
    since             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cluster_pk PRIMARY KEY (system_identifier, database_oid)
);

CREATE UNIQUE INDEX cluster_one_ix ON etl.cluster ((true));

COMMENT ON TABLE etl.cluster IS
    'One row: in which cluster and database the loads ran last. In another one transactions and sequences are counted anew.';
COMMENT ON COLUMN etl.cluster.system_identifier IS 'The cluster, as in pg_control_system(): a standby has that of its primary.';
COMMENT ON COLUMN etl.cluster.database_oid IS 'The database, as in pg_database.';
COMMENT ON COLUMN etl.cluster.since IS 'Since when the warehouse is there.';

INSERT INTO etl.cluster (system_identifier, database_oid)
SELECT control.system_identifier, database.oid
FROM pg_control_system() AS control
CROSS JOIN pg_database AS database
WHERE database.datname = current_database();

COMMIT;
