-- Each order with the plan that its user had then, and the organization.
SELECT orders.order_id, orders.user_id, orders.ordered_at, version.plan_name, version.organization_key
FROM {{ ref('orders') }} AS orders
LEFT JOIN {{ source('crm', 'user_versions') }} AS version
    ON version.user_id = orders.user_id
    AND version.valid_from <= orders.ordered_at
    AND version.valid_to > orders.ordered_at
    AND NOT version.is_deleted
