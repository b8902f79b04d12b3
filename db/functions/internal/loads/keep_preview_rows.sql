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
    v_to   CONSTANT timestamptz := (p_last + 1)::timestamptz; -- for speed: versions that no load touches come out the same
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
            WHERE user_id = ANY (p_users) -- for speed: versions that no load touches come out the same
              AND valid_from < v_to -- for speed: versions that no load touches come out the same
              AND coalesce(valid_to, 'infinity') >= v_from; -- for speed: versions that no load touches come out the same
        WHEN 'user_events_daily' THEN
            INSERT INTO internal.preview_rows (load_name, is_new, row_key, contents)
            SELECT p_load_name, p_is_new, event_date::text, to_jsonb(daily)
            FROM reports.user_events_daily AS daily
            WHERE event_date BETWEEN p_first AND p_last;
    END CASE;
END;
$keep_preview_rows$;

COMMENT ON FUNCTION internal.keep_preview_rows(text, date, date, text[], boolean) IS
    'Keeps the rows of the table of a load as they are before, or after, its loads of some UTC days: those that such loads may touch. Of the dimension these are the versions of the given users that reach into the days from the first to the last. A new load gets a branch here.';
