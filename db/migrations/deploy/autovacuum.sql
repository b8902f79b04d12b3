-- Deploy warehouse:autovacuum to pg
-- requires: one_search
BEGIN;

-- By default a table is vacuumed, and its statistics taken anew, when a fifth or a tenth of it is new: of a year of events, weeks.
ALTER TABLE raw.user_events SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- A day leaves a dead row for each version that it rewrites. What autovacuum has cleared, the next load does not have to.
ALTER TABLE crm.users_dim_open SET (autovacuum_vacuum_scale_factor = 0.1);

-- internal.add_users_dim_period makes later ones so.
DO $periods$
DECLARE
    v_period regclass;
BEGIN
    FOR v_period IN
        SELECT inhrelid
        FROM pg_inherits
        WHERE inhparent = 'crm.users_dim'::regclass
          AND inhrelid <> 'crm.users_dim_open'::regclass
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)',
            v_period
        );
    END LOOP;
END;
$periods$;

COMMIT;
