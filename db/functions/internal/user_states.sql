-- requires: internal.blank_to_null internal.user_attributes
CREATE OR REPLACE VIEW internal.user_states AS
SELECT
    user_id,
    received_at,
    array_position(ARRAY['User Created', 'User Updated', 'User Deleted'], event_type) AS strength,
    event_sk,
    event_type = 'User Deleted' AS is_deleted,
    internal.blank_to_null(username) AS username,
    internal.blank_to_null(user_email) AS user_email,
    internal.blank_to_null(user_type) AS user_type,
    internal.blank_to_null(organization_name) AS organization_name,
    internal.blank_to_null(plan_name) AS plan_name,
    internal.user_attributes(extra) AS attributes,
    sequence
FROM raw.user_events;

COMMENT ON VIEW internal.user_states IS
    'The state that each raw event puts its user in, as the dimension has it. Of several at one instant the one of the greatest sequence counts, one without a sequence least; then the one of the greatest strength, then the last to arrive.';
