-- Verify warehouse:previews on pg
BEGIN;

SELECT load_name, is_new, row_key, contents FROM internal.preview_rows WHERE false;

ROLLBACK;
