-- A body in standard SQL is bound to its names when it is created. Immutable and without arguments: it is computed once for a statement.
-- requires: etl.event_types
CREATE OR REPLACE FUNCTION internal.final_types()
    RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT event_type FROM etl.event_types WHERE ends_life);

COMMENT ON FUNCTION internal.final_types() IS 'Returns the types of etl.event_types that end the life of a user.';
