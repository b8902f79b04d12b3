-- internal.missing_fault(): a field that is missing, and where it may be.
\set ON_ERROR_STOP on
\ir ../../fixtures/scratch.sql
BEGIN;
SELECT plan(27);

SELECT is(internal.missing_fault(content, field), field || ': missing' || hint, format('%s in %s', field, content))
FROM (VALUES
    ('id', '{}'::jsonb, ''),
    ('id', '[1]', ''),
    ('id', '{"name": "x", "data": {"name": {"name": []}}, "list": [1], "text": "x"}', ''),
    ('id', '{"Id": 1}', ', there is Id'),
    ('id', '{"_id": 1}', ', there is _id'),
    ('id', '{"userId": 1}', ', there is userId'),
    ('id', '{"UserID": 1, "ID": 1}', ', there is ID'),
    ('event_type', '{"eventType": 1}', ', there is eventType'),
    ('event_type', '{"EVENT-TYPE": 1, "type": 2}', ', there is EVENT-TYPE'),
    ('event_type', '{"action": 1, "type": 2}', ', there is type'),
    ('received_at', '{"receivedAt": 1}', ', there is receivedAt'),
    ('received_at', '{"@timestamp": 1}', ', there is @timestamp'),
    ('organization_key', '{"OrganizationKey": 1, "id": 2}', ', there is OrganizationKey'),
    ('id', '{"data": {"id": 1}}', ', there is data.id'),
    ('id', '{"payload": {"after": {"Id": 1}}}', ', there is payload.after.Id'),
    ('id', '{"a": {"b": {"c": {"id": 1}}}}', ''),
    ('id', '{"data": {"id": 1}, "uid": 2}', ', there is uid'),
    ('id', '{"b": {"id": 1}, "a": {"x": {"id": 1}}}', ', there is b.id'),
    ('id', '{"events": [{"id": 1}]}', ', there is events, a list of them: send each in a message of its own'),
    ('id', '{"message": "{\"id\": 1}"}', ', there is message, which holds JSON as text'),
    ('event_type', '{"specversion": "1.0", "id": "1", "source": "/", "type": "t", "data": {}}',
        ', there is type; an envelope of CloudEvents, which raw.adapt_user_event can open'),
    ('id', '{"messageType": [], "message": {"id": 1}}',
        ', there is message.id; an envelope of MassTransit, which raw.adapt_user_event can open'),
    ('id', '{"op": "c", "source": {}, "after": {"id": 1}}',
        ', there is after.id; an envelope of Debezium, which raw.adapt_user_event can open'),
    ('id', '{"payload": {"op": "c", "source": {}, "after": {"id": 1}}}',
        ', there is payload.after.id; an envelope of Debezium, which raw.adapt_user_event can open'),
    ('id', '{"Type": "Notification", "TopicArn": "", "Message": "{}"}',
        ', there is Message, which holds JSON as text; an envelope of Amazon SNS, which raw.adapt_user_event can open'),
    ('event_type', '{"detail-type": "x", "detail": {"event_type": "y"}}',
        ', there is detail.event_type; an envelope of Amazon EventBridge, which raw.adapt_user_event can open'),
    ('id', jsonb_build_object(repeat('x', 200), jsonb '{"id": 1}'), ', there is ' || repeat('x', 50) || '.id')
) AS example (field, content, hint);

SELECT * FROM finish();
ROLLBACK;
