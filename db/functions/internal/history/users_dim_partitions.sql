CREATE OR REPLACE VIEW internal.users_dim_partitions AS
SELECT
    relid::regclass AS partition,
    relname AS name,
    pg_get_expr(relpartbound, oid) AS bounds,
    (regexp_match(pg_get_expr(relpartbound, oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz AS from_end,
    to_regclass(format('internal.%I', relname)) AS twin
FROM pg_partition_tree('crm.users_dim')
JOIN pg_class ON oid = relid
WHERE isleaf;

COMMENT ON VIEW internal.users_dim_partitions IS
    'The partitions of crm.users_dim: name, bounds, the first valid_to that one holds, infinity for the open versions, and the new one that etl.build_history has made beside it, null without one.';
