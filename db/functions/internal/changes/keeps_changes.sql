-- A body in standard SQL is bound to its names when it is created.
CREATE OR REPLACE FUNCTION internal.keeps_changes()
    RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (SELECT changes_kept IS NOT NULL FROM etl.settings);

COMMENT ON FUNCTION internal.keeps_changes() IS
    'Returns whether each change of crm.users_dim is noted in internal.users_dim_changes.';
