-- A body in standard SQL is bound to its names when it is created. Immutable and without arguments: it is computed once for a statement.
-- requires: etl.event_types
CREATE OR REPLACE FUNCTION internal.types_by_rank()
    RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT array_agg(event_type ORDER BY rank) FROM etl.event_types);

COMMENT ON FUNCTION internal.types_by_rank() IS 'Returns the types of etl.event_types, the one with the greatest rank last.';
