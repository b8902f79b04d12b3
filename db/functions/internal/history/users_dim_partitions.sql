CREATE OR REPLACE VIEW internal.users_dim_partitions AS
SELECT
    relid::regclass AS partition,
    relname AS name,
    pg_get_expr(relpartbound, oid) AS bounds,
    to_regclass(format('internal.%I', relname)) AS twin
FROM pg_partition_tree('crm.users_dim')
JOIN pg_class ON oid = relid
WHERE isleaf;

COMMENT ON VIEW internal.users_dim_partitions IS
    'The partitions of crm.users_dim: name, bounds, and the new one that etl.build_history has made beside it, null without one.';
