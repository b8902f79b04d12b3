-- Reads the catalogs.
-- A definition in standard SQL is deparsed, without comments and layout. The body of another language is taken as it is written, and what
-- it uses is not known.
CREATE OR REPLACE FUNCTION internal.rules_of(p_name text)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $rules_of$
BEGIN
    RETURN (
        WITH RECURSIVE used (class, oid) AS (
            SELECT 'pg_class'::regclass, to_regclass(p_name)::oid
            WHERE to_regclass(p_name) IS NOT NULL
            UNION
            SELECT 'pg_proc'::regclass, to_regproc(p_name)::oid
            WHERE to_regclass(p_name) IS NULL
            UNION
            SELECT depend.refclassid, depend.refobjid
            FROM used
            -- What a view uses, its rule does.
            LEFT JOIN pg_rewrite AS rule ON used.class = 'pg_class'::regclass AND rule.ev_class = used.oid
            JOIN pg_depend AS depend
                ON depend.classid = CASE WHEN rule.oid IS NULL THEN used.class ELSE 'pg_rewrite'::regclass END
                AND depend.objid = coalesce(rule.oid, used.oid)
            WHERE depend.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
        ),
        rule AS (
            SELECT oid::regclass::text AS name, pg_get_viewdef(oid) AS definition
            FROM used
            JOIN pg_class USING (oid)
            WHERE used.class = 'pg_class'::regclass
              AND relkind = 'v'
            UNION ALL
            SELECT
                oid::regprocedure::text,
                concat_ws(' ', pg_get_function_arguments(oid), pg_get_function_result(oid), coalesce(pg_get_function_sqlbody(oid), prosrc))
            FROM used
            JOIN pg_proc USING (oid)
            WHERE used.class = 'pg_proc'::regclass
        )
        SELECT jsonb_object_agg(name, left(encode(sha256(convert_to(definition, 'UTF8')), 'hex'), 16))
        FROM rule
    );
END;
$rules_of$;

COMMENT ON FUNCTION internal.rules_of(text) IS
    'Returns a view or function and all views and functions that it uses, directly or not, by the catalog''s dependencies (pg_depend), each with a hash of its definition. Null if there is no such view or function.';
