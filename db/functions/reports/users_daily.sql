-- requires: reports.users_between
CREATE OR REPLACE VIEW reports.users_daily AS
SELECT event_date, n_users
FROM reports.users_between(NULL, NULL);

COMMENT ON VIEW reports.users_daily IS
    'How many users existed at the end of each loaded UTC day. Reads the whole dimension; reports.users_between() does not.';
