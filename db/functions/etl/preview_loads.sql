-- Writes nothing: what the loads do is rolled back, and the room that it took is given back.
CREATE OR REPLACE FUNCTION etl.preview_loads(p_load_names text[], p_dates date[], p_rows integer DEFAULT 10)
    RETURNS TABLE (load_name text, change text, total bigint, old_row jsonb, new_row jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
    SET timezone = 'UTC'
    SET plan_cache_mode = 'force_custom_plan'
AS $preview_loads$
DECLARE
    v_first   CONSTANT date := (SELECT min(day) FROM unnest(p_dates) AS day);
    v_last    CONSTANT date := (SELECT max(day) FROM unnest(p_dates) AS day);
    v_from    CONSTANT timestamptz := v_first::timestamptz;
    v_to      CONSTANT timestamptz := (v_last + 1)::timestamptz; -- for speed: more users come out the same
    v_users   text[];
    v_names   text[];
    v_changes text[];
    v_totals  bigint[];
    v_olds    jsonb[];
    v_news    jsonb[];
BEGIN
    BEGIN
        -- What we compare with must not change before we load.
        -- tested elsewhere: driver/tests/test_preview.py
        PERFORM internal.lock_load(load.load_name)
        -- equivalent: the rows lie in this order, which nobody promises; and more locks than needed do no harm
        FROM (SELECT loads.load_name FROM etl.loads WHERE loads.load_name = ANY (p_load_names) ORDER BY position) AS load;

        -- A load of a day touches no other users' versions.
        v_users := ARRAY(
            SELECT user_id
            FROM raw.user_events
            WHERE received_at >= v_from -- for speed: more users come out the same
              AND received_at < v_to -- for speed: more users come out the same
            UNION
            SELECT user_id
            FROM crm.users_dim
            WHERE valid_from >= v_from -- for speed: more users come out the same
              AND valid_from < v_to -- for speed: more users come out the same
              AND coalesce(valid_to, 'infinity') >= v_from
        );
        PERFORM internal.keep_preview_rows(name, v_first, v_last, v_users, false)
        FROM (SELECT DISTINCT unnest(p_load_names) AS name) AS load;

        PERFORM etl.run_load(given.name, given.day)
        FROM unnest(p_load_names, p_dates) AS given (name, day);

        PERFORM internal.keep_preview_rows(name, v_first, v_last, v_users, true)
        FROM (SELECT DISTINCT unnest(p_load_names) AS name) AS load;

        SELECT array_agg(row.load_name), array_agg(row.change), array_agg(row.total), array_agg(row.old_row), array_agg(row.new_row)
        INTO v_names, v_changes, v_totals, v_olds, v_news
        FROM (
            SELECT
                difference.*,
                count(*) OVER kind AS total,
                row_number() OVER (kind ORDER BY difference.row_key) AS number
            FROM (
                SELECT
                    name AS load_name, row_key, old.contents AS old_row, new.contents AS new_row,
                    CASE
                        WHEN old.contents IS NULL THEN 'added'
                        WHEN new.contents IS NULL THEN 'removed'
                        ELSE 'changed'
                    END AS change
                FROM (SELECT preview_rows.load_name, row_key, contents FROM internal.preview_rows WHERE NOT is_new) AS old (name, row_key, contents)
                FULL JOIN (SELECT preview_rows.load_name, row_key, contents FROM internal.preview_rows WHERE is_new) AS new (name, row_key, contents)
                    USING (name, row_key)
                WHERE old.contents IS DISTINCT FROM new.contents
            ) AS difference
            WINDOW kind AS (PARTITION BY difference.load_name, difference.change)
            ORDER BY difference.load_name DESC, difference.change, difference.row_key
        ) AS row
        WHERE row.number <= p_rows;

        RAISE SQLSTATE 'WH001';
    EXCEPTION
        WHEN SQLSTATE 'WH001' THEN NULL;
    END;
    PERFORM internal.empty_users_dim_stage();

    RETURN QUERY
    SELECT *
    FROM unnest(v_names, v_changes, v_totals, v_olds, v_news);
END;
$preview_loads$;

COMMENT ON FUNCTION etl.preview_loads(text[], date[], integer) IS
    'Shows what loads, by name and UTC day in the given order, would change together: they run and are rolled back. Returns the first p_rows rows of each table that would be added, changed and removed, as they are and as they would be, with the total of each kind. Other loads wait.';
