-- A body in standard SQL is bound to its names when it is created. Immutable and without arguments: it is computed once for a statement.
-- requires: etl.event_types
CREATE OR REPLACE FUNCTION internal.counting_columns()
    RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg(counted_as ORDER BY rank) FROM etl.event_types);

COMMENT ON FUNCTION internal.counting_columns() IS
    'Returns the columns of the report in which the types of internal.types_by_rank() are counted, in the same order.';
