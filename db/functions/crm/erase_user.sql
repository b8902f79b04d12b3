-- Writes raw.rejected_user_events and etl.erasures; what it calls writes raw.user_events, etl.arrivals and crm.users_dim.
-- Rerun: finds what came in under the user_id since; nothing, as raw.ingest_user_events knows the token, unless somebody
-- put rows of a backup back.
-- mentions counts the events, versions and quarantined messages of others that have the id as one of their values. Messages of
-- the user that are delivered again are stored under the token as well, without name and e-mail.
CREATE OR REPLACE FUNCTION crm.erase_user(
    p_user_id text,
    OUT token    text,
    OUT events   bigint,
    OUT rejects  bigint,
    OUT versions bigint,
    OUT mentions bigint
)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $erase_user$
DECLARE
    v_is_again boolean;
    v_names    text[];
    v_emails   text[];
BEGIN
    PERFORM internal.begin_change('crm.erase_user');

    IF p_user_id IS NULL OR p_user_id = '' THEN
        RAISE EXCEPTION 'user_id must not be %', CASE WHEN p_user_id IS NULL THEN 'null' ELSE 'empty' END
            USING ERRCODE = CASE WHEN p_user_id IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
                  HINT = 'Pass the id of the user as it is in raw.user_events.';
    END IF;

    IF EXISTS (SELECT 1 FROM etl.erasures AS erasure WHERE erasure.token = p_user_id) THEN
        RAISE EXCEPTION 'this is the token of an erased user: there is nothing to erase'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Pass the id of the user as it is in raw.user_events.';
    END IF;

    token := internal.erasure_token((SELECT secret FROM etl.erasure_secret), p_user_id);

    -- A load or an ingest that runs now has the user in hand: wait for it, and let the next one wait for us.
    PERFORM internal.lock_load('users_dim');
    LOCK TABLE raw.user_events, raw.rejected_user_events IN SHARE ROW EXCLUSIVE MODE;

    v_is_again := EXISTS (SELECT 1 FROM etl.erasures AS erasure WHERE erasure.token = erase_user.token);

    SELECT erased.events, erased.names, erased.emails
    INTO events, v_names, v_emails
    FROM internal.erase_user_events(p_user_id, token, v_is_again) AS erased;

    SELECT erased.versions, v_names || erased.names, v_emails || erased.emails
    INTO versions, v_names, v_emails
    FROM internal.erase_user_versions(p_user_id, token) AS erased;

    -- The key stays: the same message delivered again is a duplicate.
    UPDATE raw.rejected_user_events
    SET body = '', message_id = NULL, headers = NULL, reason = 'erased'
    WHERE internal.mentions_user(body, headers, p_user_id, v_emails, v_names);

    GET DIAGNOSTICS rejects = ROW_COUNT;

    mentions := internal.count_mentions(p_user_id);

    INSERT INTO etl.erasures AS erasure (token, events, rejects, versions)
    VALUES (erase_user.token, erase_user.events, erase_user.rejects, erase_user.versions)
    ON CONFLICT ON CONSTRAINT erasures_pk DO UPDATE
    SET erased_at = EXCLUDED.erased_at,
        readmitted_at = NULL,
        events = erasure.events + EXCLUDED.events,
        rejects = erasure.rejects + EXCLUDED.rejects,
        versions = erasure.versions + EXCLUDED.versions;
END;
$erase_user$;

COMMENT ON FUNCTION crm.erase_user(text) IS
    'Makes a user anonymous: removes name and e-mail from raw, quarantine and all versions, and replaces the user_id by a token everywhere. Returns the token, the changed rows, and how often other users'' data mention the id. Later events are stored under the token. Loads and ingest wait meanwhile.';
