CREATE OR REPLACE FUNCTION etl.preview_load(p_load_name text, p_import_date date DEFAULT NULL, p_rows integer DEFAULT 10)
    RETURNS TABLE (change text, total bigint, old_row jsonb, new_row jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $preview_load$
BEGIN
    RETURN QUERY
    SELECT preview.change, preview.total, preview.old_row, preview.new_row
    FROM etl.preview_loads(ARRAY[p_load_name], ARRAY[p_import_date], p_rows) AS preview;
END;
$preview_load$;

COMMENT ON FUNCTION etl.preview_load(text, date, integer) IS
    'The rows that a load by its name, for a UTC day if it takes one, would add, change and remove: see etl.preview_loads.';
