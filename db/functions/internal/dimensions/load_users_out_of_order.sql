-- Reads internal.users_dim_stage and crm.users_dim, writes internal.users_dim_changed and crm.users_dim.
-- Called by crm.load_users_dim only.
-- Rerun: users whose versions are as they should be are not touched.
CREATE OR REPLACE FUNCTION internal.load_users_out_of_order(
    p_from         timestamptz,
    p_to           timestamptz,
    p_mode         text,
    p_known        bigint,
    p_out_of_order bigint
)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    -- The stage is in the order of its users, and what is hashed is small: nothing needs sorting for a join. To sort the
    -- stage again for a grouping takes less time than to hash it.
    SET enable_mergejoin = off
    SET enable_hashagg = off
AS $load_users_out_of_order$
DECLARE
    v_changed bigint;
    v_rows    bigint;
    v_written bigint;
BEGIN
    -- A day that was not loaded has no version to compare with.
    IF p_mode = 'new' THEN
        v_changed := p_out_of_order;
    ELSE
        INSERT INTO internal.users_dim_changed (user_id, changes_from, first_from)
        SELECT user_id, CASE p_mode WHEN 'arrived' THEN first_from ELSE p_from END, first_from
        FROM internal.users_dim_stage
        WHERE is_late
          AND NOT is_present
        GROUP BY user_id, first_from;

        GET DIAGNOSTICS v_changed = ROW_COUNT;
    END IF;
    IF v_changed > 0 THEN -- for speed: otherwise there is nobody to look for
        PERFORM internal.find_neighbors(p_from, p_to, p_mode);
    END IF;

    -- The last load of this day left more versions than are left: events of some users are gone from raw.
    -- for speed: otherwise no version is gone to be looked for
    IF p_mode = 'whole' AND p_known > p_out_of_order + (CASE
        WHEN v_changed > 0 THEN
            (SELECT sum(n_begun) FROM internal.users_dim_neighbors)
            -- for speed: of more it would look for gone versions in vain
            - (SELECT count(*) FROM internal.users_dim_stage JOIN internal.users_dim_changed USING (user_id))
        ELSE 0
    END) THEN
        v_changed := v_changed + internal.find_gone_versions(p_from, p_to);
        PERFORM internal.find_neighbors(p_from, p_to, p_mode);
    END IF;

    IF v_changed = 0 THEN -- for speed: the statements below would find nobody
        RETURN 0::bigint;
    END IF;

    PERFORM internal.require_users_dim_period(month)
    FROM (
        SELECT p_from::date AS month
        UNION
        SELECT date_trunc('month', next_from)::date
        FROM internal.users_dim_neighbors
        WHERE before_from IS NULL -- for speed: a period that exists is not made again
          AND next_from < 'infinity'
    ) AS period;

    IF internal.keeps_changes() THEN
        PERFORM internal.note_neighbors(p_from, p_to);
    END IF;
    v_written := internal.clear_users_dim_day(p_from, p_to);

    INSERT INTO crm.users_dim (
        user_id, valid_from, valid_to, is_valid, is_deleted,
        username, user_email, user_type, organization_name, plan_name, event_sk, attributes
    )
    SELECT
        stage.user_id, stage.valid_from, later.valid_to, later.valid_to IS NULL, stage.is_deleted,
        stage.username, stage.user_email, stage.user_type, stage.organization_name, stage.plan_name, stage.event_sk,
        stage.attributes
    FROM internal.users_dim_stage AS stage
    JOIN internal.users_dim_neighbors AS neighbor USING (user_id) -- in the order of both, that of user_id
    CROSS JOIN LATERAL (SELECT coalesce(stage.valid_to, nullif(neighbor.next_from, 'infinity')) AS valid_to) AS later;

    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_written + v_rows;
END;
$load_users_out_of_order$;

COMMENT ON FUNCTION internal.load_users_out_of_order(timestamptz, timestamptz, text, bigint, bigint) IS
    'Writes the staged day into the dimension for users with versions on or after it. p_mode is as in internal.stage_versions; p_known is the number of versions that the last load of the day left, p_out_of_order the number of staged ones of these users. Returns the rows written.';
