-- Deploy warehouse:previews to pg
-- requires: internal
BEGIN;

CREATE UNLOGGED TABLE internal.preview_rows (
    load_name text    NOT NULL,
    is_new    boolean NOT NULL,
    row_key   text    NOT NULL COLLATE "C",
    contents  jsonb   NOT NULL
);

COMMENT ON TABLE internal.preview_rows IS
    'The rows that etl.preview_loads compares, before and after the loads; empty, as what it does is rolled back.';

COMMIT;
