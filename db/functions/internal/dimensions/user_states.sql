-- What decides the versions of the dimension. A change of it, or of what it uses, makes the loaded days stale.
-- requires: internal.blank_to_null internal.final_types internal.types_by_rank internal.user_attributes
CREATE OR REPLACE VIEW internal.user_states AS
SELECT DISTINCT ON (user_id, received_at)
    user_id,
    received_at,
    event_sk,
    event_type = ANY (internal.final_types()) AS is_deleted,
    internal.blank_to_null(username) AS username,
    internal.blank_to_null(user_email) AS user_email,
    internal.blank_to_null(user_type) AS user_type,
    internal.blank_to_null(organization_name) AS organization_name,
    internal.blank_to_null(plan_name) AS plan_name,
    internal.user_attributes(extra) AS attributes
FROM raw.user_events
ORDER BY
    user_id,
    received_at,
    sequence DESC NULLS LAST,
    array_position(internal.types_by_rank(), event_type) DESC,
    event_sk DESC;

COMMENT ON VIEW internal.user_states IS
    'The state of each user at each instant with an event, as in the dimension. Of several events at one instant the one with the greatest sequence counts, one without a sequence last; then the one whose type has the greatest rank (etl.event_types); then the last to arrive.';
