-- The first run copies the dimension; later ones bring the copy from the last mark to the newest one.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['user_id', 'valid_from'],
    post_hook=[
        'DELETE FROM {{ this }} WHERE is_gone',
        'UPDATE {{ ref("marks") }} SET is_copied = true'
    ]
) }}

SELECT user_id, valid_from, is_gone, valid_to, is_deleted, username, user_email, user_type, organization_name, plan_name, attributes
{% if is_incremental() %}
FROM crm.users_changed(
    (SELECT mark FROM {{ ref('marks') }} WHERE is_copied ORDER BY taken_at DESC LIMIT 1),
    (SELECT mark FROM {{ ref('marks') }} ORDER BY taken_at DESC LIMIT 1)
)
{% else %}
-- What changes after the mark and is in this copy already comes once more.
FROM {{ source('crm', 'users_dim') }}
CROSS JOIN (SELECT false AS is_gone FROM {{ ref('marks') }} LIMIT 1) AS first
{% endif %}
