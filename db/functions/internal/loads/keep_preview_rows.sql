-- Reads the table of the load, writes internal.preview_rows.
-- Called by etl.preview_loads only.
CREATE OR REPLACE FUNCTION internal.keep_preview_rows(
    p_load_name text,
    p_first     date,
    p_last      date,
    p_users     text[],
    p_is_new    boolean
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $keep_preview_rows$
DECLARE
    v_from CONSTANT timestamptz := p_first::timestamptz;
    v_to   CONSTANT timestamptz := (p_last + 1)::timestamptz; -- for speed: no load touches later versions
BEGIN
    CASE p_load_name
        WHEN 'organizations_dim' THEN
            INSERT INTO internal.preview_rows (load_name, is_new, row_key, contents)
            SELECT p_load_name, p_is_new, organization_key, to_jsonb(dim)
            FROM crm.organizations_dim AS dim;
        WHEN 'users_dim' THEN
            INSERT INTO internal.preview_rows (load_name, is_new, row_key, contents)
            SELECT p_load_name, p_is_new, jsonb_build_array(user_id, valid_from)::text, to_jsonb(dim)
            FROM crm.users_dim AS dim
            -- for speed: no load touches other versions
            WHERE user_id = ANY (p_users)
              AND valid_from < v_to
              AND coalesce(valid_to, 'infinity') >= v_from;
        WHEN 'user_events_daily' THEN
            INSERT INTO internal.preview_rows (load_name, is_new, row_key, contents)
            SELECT p_load_name, p_is_new, event_date::text, to_jsonb(daily)
            FROM reports.user_events_daily AS daily
            WHERE event_date BETWEEN p_first AND p_last;
    END CASE;
END;
$keep_preview_rows$;

COMMENT ON FUNCTION internal.keep_preview_rows(text, date, date, text[], boolean) IS
    'Copies the rows that loads of some UTC days may change, before or after the loads. Of the dimension these are the versions of the given users that are valid on one of the days. A new load needs a branch here.';
