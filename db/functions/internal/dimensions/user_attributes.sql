-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
-- The list of attributes: docs/change.md shows how one is added.
CREATE OR REPLACE FUNCTION internal.user_attributes(p_extra jsonb)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NULL::jsonb;

COMMENT ON FUNCTION internal.user_attributes(jsonb) IS
    'Returns the fields of an event without a column in raw (raw.user_events.extra) that the dimension keeps, as a JSON object; null if there are none.';
