-- Drops the functions and views of our schemas that no file defines any more: those that this transaction did not write. Run by
-- db/migrate in the transaction that reloads all files. raw.adapt_user_event is the user's own, and so is what others own.
DO $sweep$
DECLARE
    v_ours     CONSTANT oid[] := ARRAY['raw', 'crm', 'reports', 'etl', 'internal']::regnamespace[]::oid[];
    v_now      CONSTANT xid := pg_current_xact_id()::xid;
    v_views    text;
    v_routines text;
BEGIN
    SELECT string_agg(class.oid::regclass::text, ', ' ORDER BY class.oid)
    INTO v_views
    FROM pg_class AS class
    JOIN pg_rewrite AS rule ON rule.ev_class = class.oid
    WHERE class.relkind = 'v'
      AND class.relnamespace = ANY (v_ours)
      AND class.relowner = current_user::regrole
      AND rule.xmin <> v_now;

    SELECT string_agg(oid::regprocedure::text, ', ' ORDER BY oid)
    INTO v_routines
    FROM pg_proc
    WHERE pronamespace = ANY (v_ours)
      AND proowner = current_user::regrole
      AND xmin <> v_now
      AND oid <> 'raw.adapt_user_event(jsonb, jsonb)'::regprocedure;

    IF v_views IS NOT NULL THEN
        RAISE WARNING 'dropping views that no file defines: %', v_views;
        EXECUTE 'DROP VIEW ' || v_views;
    END IF;
    IF v_routines IS NOT NULL THEN
        RAISE WARNING 'dropping functions that no file defines: %', v_routines;
        EXECUTE 'DROP ROUTINE ' || v_routines;
    END IF;
END;
$sweep$;
