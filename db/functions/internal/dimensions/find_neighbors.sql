-- Reads internal.users_dim_stage, internal.users_dim_changed and crm.users_dim, writes internal.users_dim_neighbors.
-- Called by internal.load_users_out_of_order only.
CREATE OR REPLACE FUNCTION internal.find_neighbors(p_from timestamptz, p_to timestamptz, p_mode text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
AS $find_neighbors$
DECLARE
    v_month      CONSTANT timestamptz := date_trunc('month', p_from);
    v_next_month CONSTANT timestamptz := v_month + interval '1 month'; -- for speed: the search may begin with any span
BEGIN
    INSERT INTO internal.users_dim_neighbors (
        user_id, changes_from, first_from, before_place, before_from, before_to, next_from, n_begun
    )
    SELECT
        changed.user_id, changed.changes_from, changed.first_from,
        CASE WHEN last.valid_from < changed.changes_from THEN last.place ELSE begun.before_place END,
        CASE WHEN last.valid_from < changed.changes_from THEN last.valid_from ELSE begun.before_from END,
        CASE WHEN last.valid_from < changed.changes_from THEN last.valid_to ELSE begun.before_to END,
        coalesce(last.valid_to, (
            SELECT min(dim.valid_from)
            FROM crm.users_dim AS dim
            WHERE dim.user_id = changed.user_id
              AND coalesce(dim.valid_to, 'infinity') >= p_to -- equivalent: versions of these users begin after the day
        ), 'infinity'),
        CASE WHEN last.valid_from < changed.changes_from THEN 0 ELSE begun.n_others + (last.valid_from IS NOT NULL)::integer END
    FROM (
        -- Both are in the order of user_id, in which neighbours are neighbours in a period.
        SELECT user_id, p_from AS changes_from, first_from
        FROM internal.users_dim_stage
        WHERE is_first
          AND is_late
          AND p_mode = 'new'
        UNION ALL -- for speed: one of both finds nobody
        SELECT user_id, changes_from, first_from
        FROM internal.users_dim_changed AS changed
        WHERE NOT EXISTS (SELECT 1 FROM internal.users_dim_neighbors AS neighbor WHERE neighbor.user_id = changed.user_id)
    ) AS changed
    -- The version at the end of the day.
    LEFT JOIN LATERAL (
        SELECT version.place, version.valid_from, version.valid_to
        FROM (
            (
                -- A user may have many versions that ended in this month.
                SELECT dim.ctid AS place, dim.valid_from, dim.valid_to
                FROM crm.users_dim AS dim
                WHERE dim.user_id = changed.user_id
                  AND dim.valid_from < p_to
                  AND coalesce(dim.valid_to, 'infinity') >= v_month -- for speed: leaves out earlier periods
                  AND coalesce(dim.valid_to, 'infinity') < v_next_month -- for speed: leaves out later periods
                ORDER BY dim.valid_from DESC
                LIMIT 1 -- for speed: those before it ended before the end of the day
            )
            UNION ALL -- for speed: no version comes twice
            SELECT dim.ctid, dim.valid_from, coalesce(dim.valid_to, 'infinity')
            FROM crm.users_dim AS dim
            WHERE dim.user_id = changed.user_id
              AND dim.valid_from < p_to
              AND coalesce(dim.valid_to, 'infinity') >= v_next_month -- for speed: leaves out what was read
        ) AS version
        WHERE version.valid_to >= p_to
        LIMIT 1 -- for speed: later periods are not read when it is found
    ) AS last ON true
    -- Where the last begins on the day, or was deleted by hand: the version that reaches into the day from before, and those that
    -- begin and end on it.
    CROSS JOIN LATERAL (
        SELECT
            -- Only one version begins before the changes and ends after that.
            max(dim.ctid) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_place, -- equivalent: of one
            max(dim.valid_from) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_from, -- equivalent: of one
            max(dim.valid_to) FILTER (WHERE dim.valid_from < changed.changes_from) AS before_to, -- equivalent: of one
            count(*) FILTER (WHERE dim.valid_from >= changed.changes_from) AS n_others
        FROM crm.users_dim AS dim
        WHERE dim.user_id = changed.user_id
          AND coalesce(dim.valid_to, 'infinity') >= changed.changes_from
          AND coalesce(dim.valid_to, 'infinity') >= p_from -- for speed: leaves out earlier periods
          AND coalesce(dim.valid_to, 'infinity') < p_to
          AND (last.valid_from < changed.changes_from) IS NOT TRUE -- for speed: mostly nothing begins on the day, and that is known
    ) AS begun;
END;
$find_neighbors$;

COMMENT ON FUNCTION internal.find_neighbors(timestamptz, timestamptz, text) IS
    'Finds the versions of crm.users_dim around the UTC day for those users of internal.users_dim_changed whose versions are not yet known; if p_mode is new, for all users staged out of order.';
