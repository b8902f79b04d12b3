-- requires: etl.last_loads
CREATE OR REPLACE VIEW etl.rules_of_days AS
SELECT
    last_load.load_name,
    last_load.import_date,
    last_load.rules,
    made.noted_at,
    CASE
        WHEN made.fingerprint = present.fingerprint THEN 'present'
        WHEN made.same_as = present.same_as THEN 'accepted'
        ELSE 'older'
    END AS state,
    NOT EXISTS (SELECT FROM etl.purges AS purge WHERE purge.purged_before > last_load.import_date) AS is_in_raw
FROM etl.last_loads AS last_load
JOIN etl.loads AS load ON load.load_name = last_load.load_name -- equivalent: each run is of a load
-- equivalent: the rules of each run are noted
JOIN etl.rules AS made ON made.load_name = last_load.load_name AND made.fingerprint = last_load.rules
-- equivalent: so are the present ones
JOIN etl.rules AS present ON present.load_name = load.load_name AND present.fingerprint = load.rules;

COMMENT ON VIEW etl.rules_of_days IS
    'The rules under which each loaded UTC day was made: the present ones, accepted ones (etl.accept_rules declared that they give the same results), or older ones. Days with older rules are stale, except those that are no longer in raw, which keep their result.';
COMMENT ON COLUMN etl.rules_of_days.load_name IS 'The load, as in etl.loads.';
COMMENT ON COLUMN etl.rules_of_days.import_date IS 'A loaded UTC day.';
COMMENT ON COLUMN etl.rules_of_days.rules IS 'The fingerprint of the rules that made it, as in etl.rules.';
COMMENT ON COLUMN etl.rules_of_days.noted_at IS 'When the database first had these rules.';
COMMENT ON COLUMN etl.rules_of_days.state IS 'present, accepted (they give the same results as the present ones) or older.';
COMMENT ON COLUMN etl.rules_of_days.is_in_raw IS 'Whether the day still has its raw events.';
