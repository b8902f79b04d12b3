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
    v_load CONSTANT etl.loads := (SELECT load FROM etl.loads AS load WHERE load_name = p_load_name);
BEGIN
    IF v_load.load_name IS NULL THEN -- etl.run_load will refuse it
        RETURN;
    END IF;

    EXECUTE format(
        'INSERT INTO internal.preview_rows (load_name, is_new, row_key, contents)
         SELECT $1, $2, jsonb_build_array(%s)::text, to_jsonb(filled)
         FROM %s AS filled
         WHERE %s',
        (SELECT string_agg(format('%I', name), ', ') FROM unnest(v_load.table_key) AS name),
        v_load.table_name::regclass,
        CASE
            -- for speed: no load touches other versions
            WHEN p_load_name = 'users_dim'
                THEN 'user_id = ANY ($5) AND valid_from < ($4 + 1)::timestamptz AND coalesce(valid_to, ''infinity'') >= $3::timestamptz'
            WHEN v_load.takes_day
                THEN format('%I BETWEEN $3 AND $4', v_load.table_key[1])
            ELSE 'true'
        END
    )
    USING p_load_name, p_is_new, p_first, p_last, p_users;
END;
$keep_preview_rows$;

COMMENT ON FUNCTION internal.keep_preview_rows(text, date, date, text[], boolean) IS
    'Copies the rows that loads of some UTC days may change, before or after the loads. Of the dimension these are the versions of the given users that are valid on one of the days.';
