-- Reads etl.loads, writes etl.rules and internal.outdated_days.
-- Rerun: takes the newer reason.
CREATE OR REPLACE FUNCTION etl.accept_rules(p_load_name text, p_fingerprint text, p_reason text)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $accept_rules$
DECLARE
    v_days    bigint;
    v_present text;
    v_old     text;
BEGIN
    PERFORM internal.begin_change('etl.accept_rules');
    PERFORM internal.lock_load(p_load_name);

    IF internal.blank_to_null(p_reason) IS NULL THEN
        RAISE EXCEPTION 'the reason must not be empty'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Say why the present rules give the same results as the older ones.';
    END IF;

    SELECT present.same_as, old.same_as
    INTO v_present, v_old
    FROM etl.loads AS load
    -- equivalent: the present rules are noted
    JOIN etl.rules AS present ON present.load_name = load.load_name AND present.fingerprint = load.rules
    -- equivalent: without old ones the condition below is not true
    JOIN etl.rules AS old ON old.load_name = load.load_name AND old.fingerprint = p_fingerprint
    WHERE load.load_name = p_load_name
      AND old.fingerprint <> load.rules;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the load % had no rules % before', p_load_name, p_fingerprint
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT DISTINCT load_name, rules FROM etl.rules_of_days WHERE state = ''older'' has those that can be accepted.';
    END IF;

    v_days := (SELECT count(*) FROM internal.outdated_days WHERE load_name = p_load_name);

    UPDATE etl.rules
    SET accepted_at = now(),
        accepted_by = session_user,
        accepted_reason = p_reason
    WHERE load_name = p_load_name
      AND fingerprint = p_fingerprint;

    UPDATE etl.rules
    SET same_as = v_present
    WHERE load_name = p_load_name
      AND same_as = v_old;

    PERFORM internal.find_outdated_days(p_load_name);
    RETURN v_days - (SELECT count(*) FROM internal.outdated_days WHERE load_name = p_load_name);
END;
$accept_rules$;

COMMENT ON FUNCTION etl.accept_rules(text, text, text) IS
    'Declares that the present rules of a load give the same results as older ones, given by their fingerprint: days made under these are no longer stale. etl.rules records the reason, the time and the role. Returns the number of days that need no load. Waits for a running load of the table.';
