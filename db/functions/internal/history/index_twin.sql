-- Reads the catalogs.
-- Called by internal.write_history only.
CREATE OR REPLACE FUNCTION internal.index_twin(p_partition regclass)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $index_twin$
-- The statements are made of what PostgreSQL itself prints, and of quoted names.
-- @plpgsql_check_options: security_warnings = false
DECLARE
    v_twin      CONSTANT regclass := (SELECT format('internal.%I', relname)::regclass FROM pg_class WHERE oid = p_partition);
    v_statement text;
BEGIN
    FOR v_statement IN
        SELECT statement
        FROM pg_index
        JOIN pg_class AS index ON index.oid = indexrelid
        LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
        CROSS JOIN LATERAL (
            VALUES
                (1, true, replace(pg_get_indexdef(indexrelid), format(' ON %s ', p_partition), format(' ON %s ', v_twin))),
                (2, contype IS NOT NULL, format('ALTER TABLE %s ADD %s USING INDEX %s', v_twin,
                    CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, quote_ident(relname))),
                (3, indisclustered, format('ALTER TABLE %s CLUSTER ON %s', v_twin, quote_ident(relname))),
                (4, indisreplident, format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %s', v_twin, quote_ident(relname)))
        ) AS step (number, is_due, statement)
        WHERE indrelid = p_partition
          AND is_due
        UNION ALL
        SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', v_twin, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
        FROM pg_class
        WHERE oid = p_partition
          AND relreplident IN ('f', 'n')
        UNION ALL
        SELECT format('ANALYZE %s', v_twin)
    LOOP
        EXECUTE v_statement;
    END LOOP;
END;
$index_twin$;

COMMENT ON FUNCTION internal.index_twin(regclass) IS
    'Gives what internal.make_twin made of a partition of crm.users_dim the indexes, keys and replica identity of the partition, and statistics.';
