-- requires: internal.plain_name
CREATE OR REPLACE FUNCTION internal.missing_fault(p_content jsonb, p_field text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH alias AS (
        SELECT string_to_array(internal.plain_name(p_field) || CASE p_field
            WHEN 'id' THEN ' userid uid userkey'
            WHEN 'event_type' THEN ' type event eventname action'
            WHEN 'received_at' THEN ' timestamp time ts occurredat eventtime createdat'
            ELSE ''
        END, ' ') AS names
    ),
    outer_field AS (
        SELECT key, value
        FROM jsonb_each(CASE jsonb_typeof(p_content) WHEN 'object' THEN p_content ELSE '{}' END) AS field (key, value)
    ),
    inner_field AS (
        SELECT left(outer_field.key, 50) || '.' || left(field.key, 50) AS path, field.key, field.value
        FROM outer_field
        CROSS JOIN LATERAL jsonb_each(
            CASE jsonb_typeof(outer_field.value) WHEN 'object' THEN outer_field.value ELSE '{}' END
        ) AS field (key, value)
    ),
    place AS (
        SELECT
            1 AS depth,
            left(key, 50) AS path,
            array_position((SELECT names FROM alias), internal.plain_name(key)) AS rank
        FROM outer_field
        UNION ALL
        SELECT 2, path, array_position((SELECT names FROM alias), internal.plain_name(key))
        FROM inner_field
        UNION ALL
        SELECT 3, path || '.' || left(field.key, 50), array_position((SELECT names FROM alias), internal.plain_name(field.key))
        FROM inner_field
        CROSS JOIN LATERAL jsonb_object_keys(
            CASE jsonb_typeof(inner_field.value) WHEN 'object' THEN inner_field.value ELSE '{}' END
        ) AS field (key)
        UNION ALL
        SELECT 4, left(key, 50) || ', a list of them: send each in a message of its own', 1
        FROM outer_field
        WHERE value @? 'strict $[0] ? (@.type() == "object")'
        UNION ALL
        SELECT 5, left(key, 50) || ', which holds JSON as text', 1
        FROM outer_field
        WHERE value @? 'strict $ ? (@.type() == "string" && @ starts with "{")'
    )
    SELECT concat(
        p_field, ': missing',
        (
            SELECT ', there is ' || path
            FROM place
            WHERE rank IS NOT NULL
            ORDER BY depth, rank, path
            LIMIT 1
        ),
        '; an envelope of ' || CASE
            WHEN p_content ?& '{specversion,source}' THEN 'CloudEvents'
            WHEN p_content ?& '{messageType,message}' THEN 'MassTransit'
            WHEN p_content ?& '{op,source}' OR p_content -> 'payload' ?& '{op,source}' THEN 'Debezium'
            WHEN p_content ?& '{Type,TopicArn}' THEN 'Amazon SNS'
            WHEN p_content ?& '{detail,detail-type}' THEN 'Amazon EventBridge'
        END || ', which raw.adapt_user_event can open'
    );
END;

COMMENT ON FUNCTION internal.missing_fault(jsonb, text) IS
    'Returns that a field of a JSON value is missing, and what was probably meant: a name in another case, a field of a nested object, list or text, or a known envelope.';
