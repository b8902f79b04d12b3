-- Reads the catalogs.
CREATE OR REPLACE FUNCTION internal.upsert_statement(p_table text, p_key text[], p_source text)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $upsert_statement$
BEGIN
    RETURN (
        SELECT format(
            'INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s AS new
             WHERE NOT EXISTS (SELECT FROM %1$s AS same WHERE %4$s AND (%5$s) IS NOT DISTINCT FROM (%6$s))
             ON CONFLICT (%7$s) DO %8$s
             RETURNING %7$s',
            p_table,
            string_agg(name, ', '),
            p_source,
            string_agg(format('same.%1$s = new.%1$s', name), ' AND ') FILTER (WHERE is_key),
            string_agg('same.' || name, ', '),
            string_agg('new.' || name, ', '),
            string_agg(name, ', ') FILTER (WHERE is_key),
            coalesce('UPDATE SET ' || string_agg(format('%1$s = EXCLUDED.%1$s', name), ', ') FILTER (WHERE NOT is_key), 'NOTHING') -- equivalent: a key is set to itself
        )
        FROM (
            SELECT quote_ident(attname) AS name, attname = ANY (p_key) AS is_key
            FROM pg_attribute
            WHERE attrelid = p_table::regclass
              AND attnum > 0 -- for speed: PostgreSQL would refuse to write the others
              AND NOT attisdropped
              AND attgenerated = ''
              AND attidentity = ''
        ) AS written
    );
END;
$upsert_statement$;

COMMENT ON FUNCTION internal.upsert_statement(text, text[], text) IS
    'Returns the statement that writes rows into a table: it adds new ones, changes those of the same key that differ, does not touch the others, and returns the keys of the written ones. Takes the table, its key, and the rows as what may stand after FROM.';
