-- Reads raw.user_events, raw.rejected_user_events and crm.users_dim.
CREATE OR REPLACE FUNCTION internal.count_mentions(p_user_id text)
    RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $count_mentions$
DECLARE
    v_trace CONSTANT text := to_json(p_user_id)::text;
BEGIN
    RETURN (
        SELECT count(*)
        FROM raw.user_events
        WHERE user_id <> p_user_id
          AND strpos(concat(extra, to_json(ARRAY[username, user_email, organization_name, plan_name])), v_trace) > 0
    ) + (
        SELECT count(*)
        FROM crm.users_dim
        WHERE user_id <> p_user_id
          AND strpos(concat(attributes, to_json(ARRAY[username, user_email, organization_name, plan_name])), v_trace) > 0
    ) + (
        SELECT count(*)
        FROM raw.rejected_user_events
        WHERE position(convert_to(v_trace, 'UTF8') IN body) > 0
    );
END;
$count_mentions$;

COMMENT ON FUNCTION internal.count_mentions(text) IS
    'Counts the events, versions and quarantined messages of other users that have the id of a user as one of their values. Reads all of raw and of the dimension.';
