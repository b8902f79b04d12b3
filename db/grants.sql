-- Who may do what. Reloaded whole by db/migrate, after the functions; what is not granted here is the owner's alone.
-- Functions that are granted to a role run with the owner's rights, so no role needs a table for them, and none has
-- rights to the schema internal, where what they share is.

-- The owner may act as each of them, as the make targets do. From PostgreSQL 16 on, who made a role has to let himself.
SELECT format('GRANT %I TO CURRENT_USER', role)
FROM unnest(ARRAY['warehouse_ingest', 'warehouse_load', 'warehouse_read']) AS role
WHERE NOT pg_has_role(role, 'USAGE') \gexec

REVOKE ALL ON ALL TABLES IN SCHEMA raw, crm, reports, etl, internal
    FROM PUBLIC, warehouse_ingest, warehouse_load, warehouse_read;
REVOKE ALL ON ALL ROUTINES IN SCHEMA raw, crm, reports, etl, internal
    FROM PUBLIC, warehouse_ingest, warehouse_load, warehouse_read;
REVOKE ALL ON SCHEMA raw, crm, reports, etl, internal
    FROM PUBLIC, warehouse_ingest, warehouse_load, warehouse_read;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO warehouse_ingest, warehouse_load, warehouse_read;

-- The consumer and the importer.
GRANT USAGE ON SCHEMA raw, etl TO warehouse_ingest;
GRANT EXECUTE ON FUNCTION
    raw.ingest_user_events(bytea[], text[], text[], text, bytea[], boolean[]), raw.ingest_organizations(), etl.import_progress(text),
    etl.note_of_consumer(text, text, text, boolean), etl.hear_consumer(text, text, bigint, interval)
    TO warehouse_ingest;
GRANT INSERT (body) ON raw.organizations_inbox TO warehouse_ingest;

-- The loads, and whoever watches them.
GRANT USAGE ON SCHEMA crm, reports, etl TO warehouse_load;
GRANT EXECUTE ON FUNCTION
    crm.load_users_dim(date), reports.load_user_events_daily(date), crm.load_organizations_dim(),
    etl.run_load(text, date), etl.thin_ingests(), etl.thin_load_runs(), etl.thin_changes(),
    etl.begin_scheduled_catch_up(interval), etl.run_due_load(text, date),
    etl.record_load_failure(text, date, timestamptz, text, text), etl.check_expectations(),
    reports.load_user_events_of_days(date[]), etl.is_due_in_one_pass(text[], date[]), etl.begin_step(text),
    etl.prepare_history(), etl.begin_history(date[]), etl.open_transactions(), etl.exchange_history(), etl.abandon_history(boolean)
    TO warehouse_load;
GRANT EXECUTE ON PROCEDURE
    etl.catch_up(), etl.load_days(date, date), etl.run_loads(text[], date[]), etl.build_history(date[], interval)
    TO warehouse_load;
GRANT SELECT ON
    etl.expectations, etl.freshness, etl.ingests, etl.ingest_totals, etl.quarantine, etl.stale_dates, etl.loads, etl.load_runs,
    etl.load_failures, etl.load_outcomes, etl.last_loads, etl.rules, etl.rules_of_days, etl.problems, etl.metrics,
    etl.consumer_states, etl.current_notes, etl.purges, etl.accepted_settings
    TO warehouse_load;

-- People and their reports.
GRANT USAGE ON SCHEMA crm, reports, etl TO warehouse_read;
-- dbt and other tools keep what they compute in temporary tables.
GRANT TEMPORARY ON DATABASE :"DBNAME" TO warehouse_read;
-- Not the partitions, which a load adds without rights.
SELECT format('GRANT SELECT ON %s TO warehouse_read', oid::regclass)
FROM pg_class
WHERE relnamespace IN ('crm'::regnamespace, 'reports'::regnamespace)
  AND relkind IN ('r', 'p', 'v')
  AND NOT relispartition \gexec
GRANT SELECT ON etl.freshness TO warehouse_read;
GRANT EXECUTE ON FUNCTION
    crm.users_mark(), crm.users_changed(text, text), crm.users_at(timestamptz), crm.users_at(timestamptz, timestamptz), crm.user_at(text, timestamptz), crm.users_history(text[]),
    reports.users_between(date, date), reports.user_changes_between(date, date), reports.users_by_organization_between(date, date),
    reports.user_events_between(date, date, text), reports.user_events_reported_on(date)
    TO warehouse_read;
