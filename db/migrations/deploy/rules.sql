-- Deploy warehouse:rules to pg
-- requires: loads load_runs internal
BEGIN;

CREATE TABLE etl.rules (
    load_name       text        NOT NULL,
    fingerprint     text        NOT NULL,
    noted_at        timestamptz NOT NULL DEFAULT now(),
    functions       jsonb       NOT NULL,
    same_as         text        NOT NULL,
    accepted_at     timestamptz,
    accepted_by     text,
    accepted_reason text,
    CONSTRAINT rules_pk PRIMARY KEY (load_name, fingerprint),
    CONSTRAINT rules_same_as_fk FOREIGN KEY (load_name, same_as) REFERENCES etl.rules (load_name, fingerprint)
);

COMMENT ON TABLE etl.rules IS
    'One row for each set of rules that a load has had: the SQL of its function, and of all functions and views that this one uses.';
COMMENT ON COLUMN etl.rules.fingerprint IS 'A hash of that SQL without comments and layout.';
COMMENT ON COLUMN etl.rules.noted_at IS 'When db/migrate brought it first.';
COMMENT ON COLUMN etl.rules.functions IS 'The functions and views, each with a hash of its own: two rows compared show what changed.';
COMMENT ON COLUMN etl.rules.same_as IS
    'Rules with one same_as give the same results: those that etl.accept_rules declared to do so.';

ALTER TABLE etl.loads ADD COLUMN rules text;
ALTER TABLE etl.load_runs ADD COLUMN rules text;

COMMENT ON COLUMN etl.loads.rules IS 'The present rules, a fingerprint of etl.rules; null for a load that takes no day.';
COMMENT ON COLUMN etl.load_runs.rules IS
    'The rules that made the result, a fingerprint of etl.rules. Runs of before there were fingerprints count as made under the rules that the upgrade brought.';

CREATE TABLE internal.outdated_days (
    load_name   text NOT NULL,
    import_date date NOT NULL,
    CONSTRAINT outdated_days_pk PRIMARY KEY (load_name, import_date)
);

COMMENT ON TABLE internal.outdated_days IS
    'The UTC days whose last load had rules that give other results than the present ones, as far as raw still has the day; found when the rules change, so that etl.stale_dates need not compare all days.';

COMMIT;
