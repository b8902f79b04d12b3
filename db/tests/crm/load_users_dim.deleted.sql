-- crm.load_users_dim(): versions that were deleted by hand come back when their days are loaded by name.
\set ON_ERROR_STOP on
\ir ../fixtures/scratch.sql
BEGIN;
SELECT plan(2);

SELECT raw.ingest_user_events(ARRAY[
    '{"id": "a", "event_type": "User Created", "received_at": "2020-11-30 10:00", "username": "1"}',
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-08 10:00", "username": "2"}',
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-08 12:00", "username": "3"}',
    '{"id": "a", "event_type": "User Deleted", "received_at": "2020-12-10 10:00", "username": "4"}',
    '{"id": "a", "event_type": "User Updated", "received_at": "2020-12-10 11:00", "username": "5"}',
    '{"id": "b", "event_type": "User Updated", "received_at": "2020-12-08 11:00", "username": "b"}'
]::bytea[], NULL) \g /dev/null
SELECT crm.load_users_dim(day)
FROM unnest(ARRAY['2020-11-30', '2020-12-08', '2020-12-10']::date[]) AS day \g /dev/null
CREATE TEMP TABLE good AS TABLE crm.users_dim;

-- Deletes each set of the versions of anna, loads the days in an order, and returns the sets that did not come back.
CREATE FUNCTION pg_temp.not_repaired(VARIADIC p_days date[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    v_deleted text[];
    v_fault   text;
BEGIN
    FOR v_deleted IN
        SELECT array_agg(number::text ORDER BY number)
        FROM generate_series(1, 31) AS chosen
        CROSS JOIN generate_series(1, 5) AS number
        WHERE chosen & (1 << (number - 1)) > 0
        GROUP BY chosen
    LOOP
        BEGIN
            DELETE FROM crm.users_dim WHERE username = ANY (v_deleted);
            PERFORM crm.load_users_dim(day) FROM unnest(p_days) AS day;
            v_fault := (SELECT string_agg(concat_ws(' ', username, valid_from, valid_to), ', ') FROM (
                (TABLE crm.users_dim EXCEPT TABLE good) UNION ALL (TABLE good EXCEPT TABLE crm.users_dim)
            ) AS wrong);
            RAISE EXCEPTION 'roll back' USING ERRCODE = 'WH001';
        EXCEPTION
            WHEN SQLSTATE 'WH001' THEN
                NULL;
            WHEN OTHERS THEN
                v_fault := SQLERRM;
        END;
        IF v_fault IS NOT NULL THEN
            RETURN NEXT format('%s: %s', v_deleted, v_fault);
        END IF;
    END LOOP;
END;
$$;

SELECT is_empty(
    $$ SELECT pg_temp.not_repaired('2020-11-30', '2020-12-08', '2020-12-10') $$, 'any of them, when the days are loaded in order'
);
SELECT is_empty(
    $$ SELECT pg_temp.not_repaired('2020-12-10', '2020-12-08', '2020-11-30') $$, 'and in the other order'
);

SELECT * FROM finish();
ROLLBACK;
