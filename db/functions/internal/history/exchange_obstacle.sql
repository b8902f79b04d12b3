-- Reads the catalogs.
CREATE OR REPLACE FUNCTION internal.exchange_obstacle()
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $exchange_obstacle$
BEGIN
    RETURN (
        SELECT CASE
            WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN 'the warehouse is on Citus'
            WHEN internal.keeps_changes() THEN 'changes of the dimension are kept (etl.keep_changes)'
            -- A subscriber follows rows that are written, and no exchange of tables.
            WHEN EXISTS (
                SELECT FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database()
            ) THEN 'a logical replication slot follows this database'
            ELSE (
                SELECT CASE
                    WHEN EXISTS (
                        SELECT FROM pg_publication_tables
                        WHERE schemaname = 'crm'
                          AND tablename IN ('users_dim', name)
                    ) THEN 'crm.users_dim is published'
                    ELSE (
                        SELECT format('%s depends on the partition crm.%s', pg_describe_object(classid, objid, 0), name)
                        FROM pg_depend
                        WHERE refclassid = 'pg_class'::regclass
                          AND refobjid = partition
                          AND deptype = 'n'
                          -- its own checks and generated columns are made again
                          AND NOT EXISTS (SELECT FROM pg_constraint WHERE classid = tableoid AND objid = oid AND conrelid = partition)
                          AND NOT EXISTS (SELECT FROM pg_attrdef WHERE classid = tableoid AND objid = oid AND adrelid = partition)
                        UNION ALL
                        SELECT format('%s belongs to the partition crm.%s', pg_describe_object(tableoid, oid, 0), name)
                        FROM (
                            SELECT tableoid, oid FROM pg_trigger WHERE tgrelid = partition AND NOT tgisinternal
                            UNION ALL
                            SELECT tableoid, oid FROM pg_policy WHERE polrelid = partition
                        ) AS extra
                        LIMIT 1
                    )
                END AS obstacle
                FROM internal.users_dim_partitions
                ORDER BY obstacle -- those without one, null, are last
                LIMIT 1
            )
        END
    );
END;
$exchange_obstacle$;

COMMENT ON FUNCTION internal.exchange_obstacle() IS
    'Why the partitions of crm.users_dim must not be exchanged for new ones; null when nothing is in the way.';
