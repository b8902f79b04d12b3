-- A body in standard SQL is bound to its names when it is created.
-- requires: internal.retention_start
CREATE OR REPLACE FUNCTION internal.ground_of_history()
    RETURNS text
    LANGUAGE sql STABLE
    RETURN (
        SELECT md5(concat_ws(' ',
            (SELECT string_agg(token || erased_at, ' ' ORDER BY token) FROM etl.erasures), -- equivalent: any order that stays will do
            internal.retention_start(),
            (SELECT rules FROM etl.loads WHERE load_name = 'users_dim')
        ))
    );

COMMENT ON FUNCTION internal.ground_of_history() IS
    'Another text after each erasure and each removal of old events, and under other rules of the dimension: what was read before must not be written then.';
