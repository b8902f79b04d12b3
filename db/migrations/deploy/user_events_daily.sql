-- Deploy warehouse:user_events_daily to pg
-- requires: schemas
BEGIN;

CREATE TABLE reports.user_events_daily (
    event_date date   NOT NULL,
    n_created  bigint NOT NULL,
    n_updated  bigint NOT NULL,
    n_deleted  bigint NOT NULL,
    n_unique   bigint NOT NULL,
    n_total    bigint NOT NULL,
    CONSTRAINT user_events_daily_pk PRIMARY KEY (event_date),
    CONSTRAINT user_events_daily_total_ck CHECK (n_total = n_created + n_updated + n_deleted)
);

COMMENT ON TABLE reports.user_events_daily IS
    'Events of each loaded UTC day by type, as they are in raw; a day without events is a row of zeros.';
COMMENT ON COLUMN reports.user_events_daily.n_unique IS 'Distinct users with an event on that day.';

COMMIT;
