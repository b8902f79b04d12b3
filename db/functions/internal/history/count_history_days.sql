-- Reads the tables that internal.write_history has written.
-- Called by etl.begin_history only.
CREATE OR REPLACE FUNCTION internal.count_history_days(p_now timestamptz)
    RETURNS SETOF internal.history_days
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $count_history_days$
BEGIN
    -- RETURN QUERY reads in parallel, which INSERT … SELECT does not.
    RETURN QUERY EXECUTE format(
        'SELECT (valid_from AT TIME ZONE ''UTC'')::date, count(*), max(valid_from) FILTER (WHERE valid_from <= $1)
        FROM (%s) AS version
        GROUP BY 1',
        (
            SELECT string_agg(format('SELECT valid_from FROM %s', twin), ' UNION ALL ')
            FROM internal.users_dim_partitions
            WHERE twin IS NOT NULL
        )
    )
    USING p_now;
END;
$count_history_days$;

COMMENT ON FUNCTION internal.count_history_days(timestamptz) IS
    'How many of the new versions begin on each UTC day, and the newest instant among them that is not ahead of the given one.';
