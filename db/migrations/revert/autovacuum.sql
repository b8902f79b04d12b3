-- Revert warehouse:autovacuum from pg
BEGIN;

ALTER TABLE raw.user_events RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE crm.users_dim_open RESET (autovacuum_vacuum_scale_factor);

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
            'ALTER TABLE %s RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)', v_period
        );
    END LOOP;
END;
$periods$;

COMMIT;
