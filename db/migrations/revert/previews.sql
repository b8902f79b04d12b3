-- Revert warehouse:previews from pg
BEGIN;

DROP TABLE internal.preview_rows CASCADE;

COMMIT;
