-- Revert warehouse:plain_comments from pg
BEGIN;

COMMENT ON TABLE etl.ingests IS 'One row a call of raw.ingest_user_events and file import: what became of the messages.';
COMMENT ON COLUMN etl.ingests.event_sks IS
    'Which rows of raw.user_events and raw.rejected_user_events came of the messages of that import.';
COMMENT ON COLUMN etl.ingests.positions IS 'Which messages of that import these were, counted from 1.';
COMMENT ON COLUMN etl.ingests.redelivered IS
    'How many of the duplicates the broker delivered again, after a consumer or a connection was lost.';
COMMENT ON TABLE etl.arrivals IS
    'Which transaction brought new events of which day; a load whose snapshot does not see it is stale.';
COMMENT ON COLUMN etl.arrivals.event_sks IS
    'Holds event_sk of each event that the transaction brought, and of none that another one brought. Null when that does not tell what changed: the day is then loaded as a whole.';
COMMENT ON COLUMN etl.arrivals.n_created IS 'How many events of the day of this type it brought; likewise the next two columns.';
COMMENT ON COLUMN raw.user_events.extra IS 'Fields of the message that have no column; null without any.';
COMMENT ON COLUMN raw.user_events.sequence IS
    'The order that the producer gives to events of one instant; null when it gives none, and in events from before this column.';
COMMENT ON COLUMN raw.rejected_user_events.headers IS
    'The headers of the message as AMQP 0-9-1 has them, a field table without its length: internal.decode_headers reads it. Null without headers.';
COMMENT ON TABLE raw.rejected_user_events IS
    'Messages that are no user event, as they came, with the reason; raw.ingest_user_events fills it.';
COMMENT ON TABLE raw.organizations_inbox IS
    'Where COPY puts a file, one JSON object a row, until raw.ingest_organizations takes it, in the same transaction.';
COMMENT ON COLUMN raw.organizations.updated_at IS
    'When the organization became what this version says; null when the file does not tell.';
COMMENT ON COLUMN raw.organizations.version_at IS 'updated_at, or else created_at.';
COMMENT ON TABLE raw.organizations IS
    'Each version of an organization that came; filled by raw.ingest_organizations. The last one by version_at counts, of equal ones the last to arrive.';
COMMENT ON COLUMN raw.rejected_organizations.reject_key IS 'Hash of the body: the same one imported again is not stored twice.';
COMMENT ON TABLE raw.rejected_organizations IS 'What came as an organization and is none, with the reason.';
COMMENT ON TABLE crm.organizations_dim IS 'One row an organization: its last known state.';
COMMENT ON COLUMN crm.users_dim.attributes IS
    'What internal.user_attributes takes from the fields of the event that have no column in raw; null without any.';
COMMENT ON COLUMN crm.users_dim.event_sk IS
    'The event of raw.user_events that began the version. No key of it: another event at the same instant may take its place.';
COMMENT ON COLUMN crm.users_dim.is_valid IS
    'The open version, the user''s last known state; also when that is to be deleted: who exists is in crm.users_current.';
COMMENT ON COLUMN crm.users_dim.valid_from IS
    'With user_id the key of the version: a fact may keep both. Nothing that is loaded later gives it to another version.';
COMMENT ON TABLE crm.users_dim IS
    'One row a version of a user, valid in [valid_from, valid_to); every instant with an event begins a version.';
COMMENT ON TABLE crm.organization_name_history IS
    'Which organization a name means at which time: one at each instant, without a gap, from -infinity to infinity. crm.load_organizations_dim fills it.';
COMMENT ON COLUMN crm.organization_name_history.named_until IS
    'Up to this instant, which is not its own; infinity in the last row of a name.';
COMMENT ON TABLE etl.load_runs IS 'One row a finished load of one day.';
COMMENT ON COLUMN etl.load_runs.events_arrived IS
    'How many events the run loaded, where it loaded only those that had arrived since the last run of the day; null where it compared the whole day.';
COMMENT ON COLUMN etl.load_runs.newest_event IS
    'The newest event of the day that was not ahead of the clock when the run began; null when it had none.';
COMMENT ON COLUMN etl.load_runs.rows_read IS 'What the day holds: versions for users_dim, events for user_events_daily.';
COMMENT ON COLUMN etl.load_runs.rules IS
    'The rules that made the result, a fingerprint of etl.rules. Runs of before there were fingerprints count as made under the rules that the upgrade brought.';
COMMENT ON COLUMN etl.load_runs.snapshot IS 'What the load could see: events committed later make the day stale.';
COMMENT ON TABLE etl.erasure_secret IS 'One row, never changed: what makes a token that nobody else can compute from a user_id.';
COMMENT ON TABLE etl.erasures IS
    'One row an erased user: the token that stands for the user_id, and how many rows were made anonymous.';
COMMENT ON COLUMN etl.erasures.readmitted_at IS
    'From when on the user is known by name again (crm.readmit_user); null while all events of the user are anonymous.';
COMMENT ON TABLE etl.purges IS 'One row a date up to which raw.drop_before removed the events.';
COMMENT ON TABLE etl.loads IS
    'All loads there are, one row each. A load locks its row until its transaction ends: no other load of the same table runs.';
COMMENT ON COLUMN etl.loads.decided_by IS
    'The view or function that decides what the load writes, given its events: when it changes, or what it uses, the loaded days are stale. Null: load_function itself.';
COMMENT ON COLUMN etl.loads.position IS 'In which order the loads of a day run, and those of one transaction take their locks.';
COMMENT ON COLUMN etl.loads.takes_day IS 'Whether it loads one UTC day, given as a date; else it loads all there is.';
COMMENT ON TABLE etl.catch_up_schedule IS
    'How often etl.catch_up() is to run and when it began last, by whoever calls it on schedule; empty when nobody does.';
COMMENT ON TABLE etl.load_failures IS
    'One row a load that failed inside etl.catch_up() or etl.load_days(); etl.load_runs has those that did not.';
COMMENT ON TABLE etl.expectations IS
    'What is expected of the data, one row each; etl.check_expectations() looks after the loads. Queries run with the rights of the owner, who alone may write here.';
COMMENT ON COLUMN etl.expectations.expectation_name IS 'What is expected, in a few words.';
COMMENT ON COLUMN etl.expectations.query IS
    'Finds what is not as expected, a row each, in whose first column it says what; no row when all is well. A query that only reads, in which each name has its schema. What it says is kept, so it should name no person.';
COMMENT ON COLUMN etl.expectations.every IS 'How much time is at least between two checks.';
COMMENT ON COLUMN etl.expectations.checked_at IS
    'When it was checked last; null for never, or to have it checked after the next loads.';
COMMENT ON COLUMN etl.expectations.duration IS 'How long that took.';
COMMENT ON COLUMN etl.expectations.finding IS
    'How many rows were found, and the first of what they say; or how the query failed. Null when all was well.';
COMMENT ON COLUMN etl.expectations.remedy IS 'What to do about a finding; null for a look at what the query finds.';
COMMENT ON TABLE etl.rules IS
    'One row for each set of rules that a load has had: what etl.loads.decided_by names, and all views and functions that this one uses.';
COMMENT ON COLUMN etl.rules.functions IS
    'The functions and views, each with a hash of its own: two rows compared show what changed.';
COMMENT ON COLUMN etl.rules.noted_at IS 'When db/migrate brought it first.';
COMMENT ON COLUMN etl.rules.same_as IS
    'Rules with one same_as give the same results: those that etl.accept_rules declared to do so.';
COMMENT ON TABLE internal.outdated_days IS
    'The UTC days whose last load had rules that give other results than the present ones, as far as raw still has the day; found when the rules change, so that etl.stale_dates need not compare all days.';
COMMENT ON TABLE etl.consumer_notes IS
    'What only a consumer knows of the broker and of itself. It renews a note twice a minute while it holds: one that is older than two minutes is of a consumer that is gone, and counts no more.';
COMMENT ON COLUMN etl.consumer_notes.subject IS
    'What the note is about: the queue, its dead letters, or the consumer by host and process.';
COMMENT ON COLUMN etl.consumer_notes.note IS 'What a person should know, in a sentence.';
COMMENT ON COLUMN etl.consumer_notes.remedy IS 'What to do.';
COMMENT ON COLUMN etl.consumer_notes.is_problem IS 'Whether etl.problems lists it; else it may be as somebody wants it.';
COMMENT ON COLUMN etl.consumer_notes.since IS 'Since when there is a note about this subject.';
COMMENT ON TABLE etl.settings IS 'What the owner may set, a column each, in one row.';
COMMENT ON COLUMN etl.settings.future_tolerance IS
    'How far ahead of the clock of the database an event may be; what is beyond is quarantined.';
COMMENT ON COLUMN etl.settings.quarantine_limit IS
    'How many bytes of disk the quarantine may take before etl.problems says that it grows.';
COMMENT ON TABLE etl.consumers IS
    'The consumers, as each says of itself every ten seconds; one that ends takes its row away, one that is killed cannot.';
COMMENT ON COLUMN etl.consumers.consumer IS 'Its host and process.';
COMMENT ON COLUMN etl.consumers.heard_at IS 'When it reached the database last.';
COMMENT ON COLUMN etl.consumers.held_since IS 'Since when it has committed none of them; null when it held none.';
COMMENT ON COLUMN etl.consumers.unacknowledged IS 'How many messages it held then: delivered, and not yet committed.';
COMMENT ON TABLE etl.cluster IS
    'One row: in which cluster and database the loads ran last. In another one transactions and sequences are counted anew.';
COMMENT ON COLUMN etl.cluster.since IS 'Since when the warehouse is there.';
COMMENT ON TABLE etl.accepted_settings IS
    'Settings of the server that etl.problems would list, and that are right on this platform. DELETE takes one back; a dump takes them to another server, where they have to be looked at again.';
COMMENT ON COLUMN etl.accepted_settings.accepted_by IS 'By whom.';
COMMENT ON COLUMN etl.accepted_settings.setting IS 'Its name.';
COMMENT ON COLUMN etl.accepted_settings.value IS 'The value that is no problem; any other one is.';
COMMENT ON FUNCTION raw.adapt_user_event(jsonb, jsonb) IS
    'Yours to replace: turns what a producer sends into a user event. Takes a message''s JSON value of any type and its headers as an object (null without headers); returns the event as a JSON object. As delivered it returns what it takes. An upgrade keeps your version. What it fails on goes to quarantine, alone. docs/change.md has examples.';

COMMIT;
