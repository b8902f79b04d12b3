-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
-- The list of attributes: docs/change.md shows how one is added.
CREATE OR REPLACE FUNCTION internal.user_attributes(p_extra jsonb)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NULL::jsonb;

COMMENT ON FUNCTION internal.user_attributes(jsonb) IS
    'What the dimension keeps of the fields of an event that have no column in raw (raw.user_events.extra), as a JSON object; null for nothing.';
