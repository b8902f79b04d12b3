-- requires: reports.users_between
CREATE OR REPLACE VIEW reports.users_daily AS
SELECT event_date, n_users
FROM reports.users_between(NULL, NULL);

COMMENT ON VIEW reports.users_daily IS
    'How many users existed at the end of each loaded UTC day. Reads the whole dimension; reports.users_between() does not.';
COMMENT ON COLUMN reports.users_daily.event_date IS 'A loaded UTC day.';
COMMENT ON COLUMN reports.users_daily.n_users IS 'How many users existed at its end.';
