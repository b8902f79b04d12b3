-- A body in standard SQL is bound to its names when it is created: no search_path to pin, and it is inlined.
CREATE OR REPLACE FUNCTION internal.users_dim_period(p_day date)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(p_day::timestamp, '"users_dim_"YYYY_MM');

COMMENT ON FUNCTION internal.users_dim_period(date) IS
    'The name, in the schema crm, of the partition of crm.users_dim for versions that ended in the month of a day.';
