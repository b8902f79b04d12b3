-- Reads the catalogs.
-- Called by internal.write_history only.
CREATE OR REPLACE FUNCTION internal.make_twin(p_partition regclass)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $make_twin$
-- The statements are made of what PostgreSQL itself prints, and of quoted names.
-- @plpgsql_check_options: security_warnings = false
DECLARE
    v_class     pg_class;
    v_statement text;
BEGIN
    SELECT *
    INTO v_class
    FROM pg_class
    WHERE oid = p_partition;

    EXECUTE format(
        'CREATE TABLE internal.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES) %s %s',
        v_class.relname, p_partition,
        (
            SELECT 'WITH (' || string_agg(option, ', ') || ')'
            FROM (
                SELECT unnest(v_class.reloptions)
                UNION ALL
                SELECT 'toast.' || unnest(reloptions) FROM pg_class WHERE oid = v_class.reltoastrelid
            ) AS storage (option)
        ),
        (SELECT format('TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = v_class.reltablespace)
    );

    FOR v_statement IN
        SELECT format(
            'GRANT %s%s ON internal.%I TO %s%s',
            privilege_type, column_list, v_class.relname, coalesce(quote_ident(rolname), 'PUBLIC'),
            CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END
        )
        FROM (
            SELECT NULL AS column_list, acl.* FROM aclexplode(v_class.relacl) AS acl
            UNION ALL
            SELECT format(' (%I)', attname), acl.*
            FROM pg_attribute
            CROSS JOIN aclexplode(attacl) AS acl
            WHERE attrelid = p_partition
        ) AS acl
        LEFT JOIN pg_roles ON pg_roles.oid = grantee
        UNION ALL
        SELECT format('ALTER TABLE internal.%I ALTER %I SET STATISTICS %s', v_class.relname, attname, attstattarget)
        FROM pg_attribute
        WHERE attrelid = p_partition
          AND attnum > 0
          AND attstattarget >= 0
        UNION ALL
        SELECT format('COMMENT ON TABLE internal.%I IS %L', v_class.relname, obj_description(p_partition, 'pg_class'))
        UNION ALL
        SELECT format('ALTER TABLE internal.users_dim_new ATTACH PARTITION internal.%I %s',
            v_class.relname, pg_get_expr(v_class.relpartbound, p_partition))
    LOOP
        EXECUTE v_statement;
    END LOOP;

    -- With it, crm.users_dim will take the partition without reading it.
    EXECUTE format('ALTER TABLE internal.%1$I ADD CONSTRAINT exchanged_ck CHECK (%2$s)', v_class.relname,
        pg_get_partition_constraintdef(format('internal.%I', v_class.relname)::regclass));
END;
$make_twin$;

COMMENT ON FUNCTION internal.make_twin(regclass) IS
    'Makes an empty partition of internal.users_dim_new with the name, columns, constraints, storage, rights and comments of one of crm.users_dim, but without its indexes.';
