-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.largest_body()
    RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 262144;

COMMENT ON FUNCTION internal.largest_body() IS 'Returns the size in bytes of the largest body that is parsed.';
