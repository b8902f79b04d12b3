-- Deploy warehouse:internal to pg
-- requires: splice_by_user changed_parameters
BEGIN;

CREATE SCHEMA internal;
COMMENT ON SCHEMA internal IS
    'What the functions of the other schemas share. No role has rights to it; nobody else calls or reads what is here, and it may change at any time.';

-- db/migrate makes these functions again, in the schema internal. All in one statement: some are bound to others.
-- A new database has none of them, which is no news.
SET LOCAL client_min_messages = warning;
DROP FUNCTION IF EXISTS
    raw.bounds_fault(jsonb),
    raw.clean_reason(text),
    raw.content_key(text, bytea),
    raw.exceeds_bounds(jsonb[]),
    raw.instant_fault(jsonb, text, timestamptz),
    raw.kept_from(),
    raw.key_fault(jsonb, text),
    raw.mentions_user(bytea, text, text[], text[]),
    raw.mentions_user(bytea, jsonb, text, text[], text[]),
    raw.parse_instant(text),
    raw.parse_json(bytea),
    raw.parse_user_events(bytea[]),
    raw.text_fault(jsonb, text),
    raw.user_event_fault(jsonb, timestamptz, timestamptz),
    raw.user_event_fault(jsonb, timestamptz, timestamptz, boolean),
    crm.add_users_dim_period(date),
    crm.find_users_dim_splice(timestamptz, timestamptz, timestamptz),
    crm.prepare_users_dim_period(date),
    crm.require_users_dim_period(date),
    crm.splice_users_dim(timestamptz, timestamptz),
    crm.unsplice_users_dim(timestamptz, timestamptz),
    etl.begin_change(text),
    etl.begin_load(text, date),
    etl.blank_to_null(text),
    etl.end_load(text, date, timestamptz, pg_snapshot, bigint, bigint),
    etl.erasure_token(bytea, text),
    etl.lock_load(text),
    etl.parse_correlation_id(text);

ALTER TABLE etl.users_dim_stage SET SCHEMA internal;
ALTER TABLE etl.users_dim_changed SET SCHEMA internal;
ALTER TABLE etl.users_dim_splice SET SCHEMA internal;
ALTER TABLE internal.users_dim_splice RENAME TO users_dim_neighbors;

COMMENT ON TABLE internal.users_dim_neighbors IS
    'What crm.users_dim has around the day that is being loaded, one row a user of internal.users_dim_changed; empty between loads.';
COMMENT ON COLUMN internal.users_dim_neighbors.first_from IS 'As in internal.users_dim_changed.';

COMMIT;
