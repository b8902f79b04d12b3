-- Deploy warehouse:expectations to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.expectations (
    expectation_name text        NOT NULL,
    query            text        NOT NULL,
    every            interval    NOT NULL DEFAULT '1 minute',
    checked_at       timestamptz,
    duration         interval,
    finding          text,
    CONSTRAINT expectations_pk PRIMARY KEY (expectation_name),
    CONSTRAINT expectations_every_ck CHECK (every >= '0')
);

COMMENT ON TABLE etl.expectations IS
    'What is expected of the data, one row each; etl.check_expectations() looks after the loads. Queries run with the rights of the owner, who alone may write here.';
COMMENT ON COLUMN etl.expectations.expectation_name IS 'What is expected, in a few words.';
COMMENT ON COLUMN etl.expectations.query IS
    'Finds what is not as expected, a row each, in whose first column it says what; no row when all is well. A query that only reads, in which each name has its schema. What it says is kept, so it should name no person.';
COMMENT ON COLUMN etl.expectations.every IS 'How much time is at least between two checks.';
COMMENT ON COLUMN etl.expectations.checked_at IS 'When it was checked last; null for never, or to have it checked after the next loads.';
COMMENT ON COLUMN etl.expectations.duration IS 'How long that took.';
COMMENT ON COLUMN etl.expectations.finding IS
    'How many rows were found, and the first of what they say; or how the query failed. Null when all was well.';

INSERT INTO etl.expectations (expectation_name, query, every) VALUES
(
    'no more than 1 % of the messages of a day are rejected',
    $$SELECT format('%s of %s', sum(rejected), sum(received))
FROM etl.ingests
WHERE ingested_at > now() - interval '1 day'
HAVING sum(received) >= 100
   AND sum(rejected) > 0.01 * sum(received)$$,
    '1 minute'
),
(
    'no day of the last week has fewer than half of the events of the day a week before',
    $$SELECT format('%s: %s events, %s a week before', before.event_date + 7, coalesce(day.n_total, 0), before.n_total)
FROM reports.user_events_daily AS before
LEFT JOIN reports.user_events_daily AS day ON day.event_date = before.event_date + 7
WHERE before.event_date >= current_date - 14
  AND before.event_date < current_date - 7
  AND before.n_total >= 100
  AND coalesce(day.n_total, 0) < before.n_total / 2.0$$,
    '1 minute'
),
(
    'the versions of a user follow one another without a gap',
    $$SELECT format('%s: %s', fault, count(*))
FROM etl.check_users_dim()
GROUP BY fault$$,
    '1 day'
);

COMMIT;
