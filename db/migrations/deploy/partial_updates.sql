-- Deploy warehouse:partial_updates to pg
-- requires: future_events
BEGIN;

INSERT INTO etl.expectations (expectation_name, query, every, remedy) VALUES (
    'no more than a fifth of the updates lack fields that the user had',
    $$SELECT format('%s of %s: does the producer send partial updates?', n_partial, n_updates)
FROM etl.partial_updates()
WHERE n_partial >= 20
  AND n_partial > 0.2 * n_updates$$,
    '10 minutes',
    'an event is the whole state of its user, so let the producer complete its updates: docs/troubleshooting.md, ''Partial updates'''
);

COMMIT;
