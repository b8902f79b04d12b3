-- Writes etl.erasures.
-- Rerun: takes the other instant.
-- A message without a readable instant stays anonymous, too.
CREATE OR REPLACE FUNCTION crm.readmit_user(p_user_id text, p_from timestamptz)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $readmit_user$
BEGIN
    PERFORM internal.begin_change('crm.readmit_user');

    IF p_from IS NULL THEN
        RAISE EXCEPTION 'the instant must not be null'
            USING ERRCODE = 'null_value_not_allowed',
                  HINT = 'Pass when the user agreed, e.g. now().';
    END IF;

    -- An ingest that runs has judged by what was so far.
    LOCK TABLE raw.user_events, raw.rejected_user_events IN SHARE ROW EXCLUSIVE MODE;
    UPDATE etl.erasures AS erasure
    SET readmitted_at = p_from
    WHERE erasure.token = internal.erasure_token((SELECT secret FROM etl.erasure_secret), p_user_id);

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no erased user with this id'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Only erased users can be made known again.';
    END IF;
END;
$readmit_user$;

COMMENT ON FUNCTION crm.readmit_user(text, timestamptz) IS
    'Makes an erased user known again: events from an instant on are stored under the id, with name and e-mail, as those of a new user. Earlier events stay anonymous, also when they are delivered again. crm.erase_user makes the user anonymous again.';
