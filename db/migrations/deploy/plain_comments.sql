-- Deploy warehouse:plain_comments to pg
-- requires: published_validity accepted_settings quarantine_limit erasure_keys
BEGIN;

COMMENT ON TABLE etl.ingests IS 'One row for each call of raw.ingest_user_events and file import: the outcomes of its messages.';
COMMENT ON COLUMN etl.ingests.event_sks IS
    'The rows of raw.user_events and raw.rejected_user_events that the messages of that import became.';
COMMENT ON COLUMN etl.ingests.positions IS 'The positions of these messages in that import, counted from 1.';
COMMENT ON COLUMN etl.ingests.redelivered IS
    'How many of the duplicates the broker delivered again after it lost a consumer or a connection.';
COMMENT ON TABLE etl.arrivals IS
    'One row for each transaction and each UTC day for which it brought new events. The day is stale for a load whose snapshot does not see the transaction.';
COMMENT ON COLUMN etl.arrivals.event_sks IS
    'Contains event_sk of all events of the transaction and of no other. Null if these do not tell what changed: the day is then loaded as a whole.';
COMMENT ON COLUMN etl.arrivals.n_created IS 'How many events of this type it brought for the day; likewise the next two columns.';
COMMENT ON COLUMN raw.user_events.extra IS 'Fields of the message without a column; null if there are none.';
COMMENT ON COLUMN raw.user_events.sequence IS
    'The producer''s order of events at one instant; null if it sends none, and in events from before this column.';
COMMENT ON COLUMN raw.rejected_user_events.headers IS
    'The headers of the message in the format of AMQP 0-9-1, a field table without its length: internal.decode_headers reads it. Null without headers.';
COMMENT ON TABLE raw.rejected_user_events IS
    'Messages that are no user events, as they came, with the reason; raw.ingest_user_events fills it.';
COMMENT ON TABLE raw.organizations_inbox IS
    'The target of COPY for a file of organizations, one JSON object a row; raw.ingest_organizations takes them in the same transaction.';
COMMENT ON COLUMN raw.organizations.updated_at IS
    'When the organization changed to this version; null if the file does not tell.';
COMMENT ON COLUMN raw.organizations.version_at IS 'updated_at, or created_at without one.';
COMMENT ON TABLE raw.organizations IS
    'Each version of an organization; filled by raw.ingest_organizations. The last one by version_at counts, of equal ones the last to arrive.';
COMMENT ON COLUMN raw.rejected_organizations.reject_key IS 'Hash of the body: a body imported again is not stored twice.';
COMMENT ON TABLE raw.rejected_organizations IS 'Rejected organizations, as they came, with the reason.';
COMMENT ON TABLE crm.organizations_dim IS 'One row for each organization: its last known state.';
COMMENT ON COLUMN crm.users_dim.attributes IS
    'The fields of the event without a column in raw that internal.user_attributes keeps; null if there are none.';
COMMENT ON COLUMN crm.users_dim.event_sk IS
    'The event of raw.user_events that began the version. It is no key: another event at the same instant may replace it.';
COMMENT ON COLUMN crm.users_dim.is_valid IS
    'The version is open, the user''s last known state. This is also true for deleted users: crm.users_current has the existing ones.';
COMMENT ON COLUMN crm.users_dim.valid_from IS
    'With user_id the key of the version, which a fact may keep: no later load gives it to another version.';
COMMENT ON TABLE crm.users_dim IS
    'One row for each version of a user, valid in [valid_from, valid_to); every instant with an event begins a version.';
COMMENT ON TABLE crm.organization_name_history IS
    'The organization that each name means at each instant, without a gap from -infinity to infinity; crm.load_organizations_dim fills it.';
COMMENT ON COLUMN crm.organization_name_history.named_until IS
    'Until just before this instant; infinity in the last row of a name.';
COMMENT ON TABLE etl.load_runs IS 'One row for each finished load of a day.';
COMMENT ON COLUMN etl.load_runs.events_arrived IS
    'How many events the run loaded, if it loaded only those that had arrived since the last run of the day; null if it compared the whole day.';
COMMENT ON COLUMN etl.load_runs.newest_event IS
    'The newest event of the day that was not ahead of the clock when the run began; null if it had none.';
COMMENT ON COLUMN etl.load_runs.rows_read IS 'How many rows the day has: versions for users_dim, events for user_events_daily.';
COMMENT ON COLUMN etl.load_runs.rules IS
    'The fingerprint in etl.rules of the rules that made the result. Runs of releases without fingerprints count as made under the rules of the upgrade.';
COMMENT ON COLUMN etl.load_runs.snapshot IS
    'The transactions that the load could see: events committed later make the day stale.';
COMMENT ON TABLE etl.erasure_secret IS
    'One row, never to be changed: the secret with which the tokens of erased users are computed.';
COMMENT ON TABLE etl.erasures IS
    'One row for each erased user: the token that replaces the user_id, and how many rows were made anonymous.';
COMMENT ON COLUMN etl.erasures.readmitted_at IS
    'From when on the user is known again (crm.readmit_user); null while all events of the user are anonymous.';
COMMENT ON TABLE etl.purges IS 'One row for each date before which raw.drop_before removed the events.';
COMMENT ON TABLE etl.loads IS
    'All loads, one row each. A load locks its row until its transaction ends, so that no other load of the same table runs.';
COMMENT ON COLUMN etl.loads.decided_by IS
    'The view or function that decides what the load writes: when it changes, or what it uses, the loaded days are stale. Null stands for load_function itself.';
COMMENT ON COLUMN etl.loads.position IS
    'The order in which the loads of a day run, and in which the loads of one transaction take their locks.';
COMMENT ON COLUMN etl.loads.takes_day IS 'Whether it loads one UTC day, given as a date; otherwise it loads everything.';
COMMENT ON TABLE etl.catch_up_schedule IS
    'The interval and the last start of etl.catch_up() on schedule; empty without a schedule.';
COMMENT ON TABLE etl.load_failures IS
    'One row for each load that failed inside etl.catch_up() or etl.load_days(); etl.load_runs has the others.';
COMMENT ON TABLE etl.expectations IS
    'Expectations of the data, one row each; etl.check_expectations() checks them after the loads. Queries run with the rights of the owner, who alone may write here.';
COMMENT ON COLUMN etl.expectations.expectation_name IS 'The expectation, in a few words.';
COMMENT ON COLUMN etl.expectations.query IS
    'Returns one row for each violation; its first column describes it. The query only reads, qualifies each name with its schema, and returns no personal data, because findings are kept.';
COMMENT ON COLUMN etl.expectations.every IS 'The shortest time between two checks.';
COMMENT ON COLUMN etl.expectations.checked_at IS
    'When it was checked last; null if never, or to have it checked after the next loads.';
COMMENT ON COLUMN etl.expectations.duration IS 'How long the last check took.';
COMMENT ON COLUMN etl.expectations.finding IS
    'The number of violations and the description of the first one, or the error of the query. Null if there are none.';
COMMENT ON COLUMN etl.expectations.remedy IS 'The remedy of a finding; null if it is to look at the result of the query.';
COMMENT ON TABLE etl.rules IS
    'One row for each set of rules of a load: the view or function in etl.loads.decided_by, and all views and functions that it uses.';
COMMENT ON COLUMN etl.rules.functions IS
    'The functions and views, each with a hash of its own: comparing two rows shows which one changed.';
COMMENT ON COLUMN etl.rules.noted_at IS 'When db/migrate first installed them.';
COMMENT ON COLUMN etl.rules.same_as IS 'Rules with the same value give the same results, as etl.accept_rules declared.';
COMMENT ON TABLE internal.outdated_days IS
    'The UTC days in raw whose last load had rules that give other results than the present ones. They are found when the rules change, so that etl.stale_dates need not compare all days.';
COMMENT ON TABLE etl.consumer_notes IS
    'Notes of consumers about the broker and themselves. A consumer renews a note twice a minute while it holds. A note older than two minutes belongs to a consumer that is gone, and is ignored.';
COMMENT ON COLUMN etl.consumer_notes.subject IS
    'The subject of the note: the queue, its dead letters, or the consumer by host and process.';
COMMENT ON COLUMN etl.consumer_notes.note IS 'The note, a sentence for people.';
COMMENT ON COLUMN etl.consumer_notes.remedy IS 'The remedy.';
COMMENT ON COLUMN etl.consumer_notes.is_problem IS 'Whether etl.problems lists it; otherwise it may be intended.';
COMMENT ON COLUMN etl.consumer_notes.since IS 'Since when there has been a note about this subject.';
COMMENT ON TABLE etl.settings IS 'The settings of the owner, one column each, in one row.';
COMMENT ON COLUMN etl.settings.future_tolerance IS
    'How far ahead of the clock of the database an event may be; later ones are quarantined.';
COMMENT ON COLUMN etl.settings.quarantine_limit IS 'The disk space in bytes above which etl.problems reports the quarantine.';
COMMENT ON TABLE etl.consumers IS
    'The running consumers. Each updates its row every ten seconds and deletes it at its end, unless it is killed.';
COMMENT ON COLUMN etl.consumers.consumer IS 'The host and the process of the consumer.';
COMMENT ON COLUMN etl.consumers.heard_at IS 'When it last reached the database.';
COMMENT ON COLUMN etl.consumers.held_since IS 'Since when it has committed none of them; null if it held none.';
COMMENT ON COLUMN etl.consumers.unacknowledged IS 'How many messages it held then: delivered, but not yet committed.';
COMMENT ON TABLE etl.cluster IS
    'One row: the cluster and the database in which loads last ran. Another one counts transactions and sequences anew.';
COMMENT ON COLUMN etl.cluster.since IS 'When the warehouse came there.';
COMMENT ON TABLE etl.accepted_settings IS
    'Settings of the server that etl.problems would list, but that are right on this platform. DELETE takes one back. A dump takes them to another server, where they have to be checked again.';
COMMENT ON COLUMN etl.accepted_settings.accepted_by IS 'The role that accepted it.';
COMMENT ON COLUMN etl.accepted_settings.setting IS 'The name of the setting.';
COMMENT ON COLUMN etl.accepted_settings.value IS 'The accepted value; any other one is a problem.';
COMMENT ON FUNCTION raw.adapt_user_event(jsonb, jsonb) IS
    'Turns a message of a producer into a user event: yours to replace, and kept by upgrades. Takes the JSON value of the message, of any type, and its headers as an object (null without headers); returns the event as a JSON object. As delivered it returns its first argument. docs/change.md has examples.';

COMMIT;
