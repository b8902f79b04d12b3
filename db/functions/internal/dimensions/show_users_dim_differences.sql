-- Reads internal.users_dim_differences and crm.users_dim.
-- Called by etl.rebuild_users_dim only, before it writes.
CREATE OR REPLACE FUNCTION internal.show_users_dim_differences(p_rows integer)
    RETURNS TABLE (change text, total bigint, old_row jsonb, new_row jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $show_users_dim_differences$
DECLARE
    v_kind  record;
    v_users text[];
BEGIN
    FOR v_kind IN
        SELECT difference.change, count(*) AS total
        FROM internal.users_dim_differences AS difference
        GROUP BY difference.change
        ORDER BY difference.change
    LOOP
        v_users := ARRAY(
            SELECT difference.user_id
            FROM internal.users_dim_differences AS difference
            WHERE difference.change = v_kind.change
            ORDER BY difference.user_id
            LIMIT p_rows
        );
        RETURN QUERY
        SELECT
            v_kind.change,
            v_kind.total,
            old.contents,
            CASE
                WHEN v_kind.change <> 'removed'
                    THEN to_jsonb(new) - 'change' || jsonb_build_object('is_valid', new.valid_to IS NULL)
            END
        FROM internal.users_dim_differences AS new
        -- A subquery: of a row of the whole table, Citus would fetch the columns of the condition only.
        LEFT JOIN (
            SELECT dim.user_id, dim.valid_from, to_jsonb(dim) AS contents
            FROM crm.users_dim AS dim
            WHERE dim.user_id = ANY (v_users) -- for speed: others are not shown
        ) AS old USING (user_id, valid_from)
        WHERE new.change = v_kind.change
          AND new.user_id = ANY (v_users) -- for speed: they come first
        ORDER BY user_id, valid_from
        LIMIT p_rows;
    END LOOP;
END;
$show_users_dim_differences$;

COMMENT ON FUNCTION internal.show_users_dim_differences(integer) IS
    'The first p_rows versions of internal.users_dim_differences of each kind of change, as they are in crm.users_dim and as they should be, and how many there are of the kind.';
