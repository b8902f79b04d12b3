CREATE OR REPLACE FUNCTION internal.object_fault(p_content jsonb)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'body: must be a JSON object, ' || CASE
        WHEN jsonb_typeof(p_content) = 'object'
            THEN NULL
        WHEN p_content @? 'strict $ ? (@.type() == "string") ? (@ like_regex "^\\s*[{\\[]")'
            THEN 'is JSON encoded twice: send the object, not a string that holds it'
        WHEN p_content @? 'strict $ ? (@.type() == "string") ? (@ like_regex "^(eyJ|ewo|W3s)")'
            THEN 'is base64 in a string: send the object itself'
        WHEN p_content @? 'strict $[0] ? (@.type() == "object")'
            THEN format('is an array of %s: send each in a message of its own', jsonb_array_length(p_content))
        WHEN p_content @? 'strict $[1] ? (@.type() == "object")'
            THEN 'is an array with an object as its second element, as Celery sends tasks: send the object'
        ELSE format('is of type %s', jsonb_typeof(p_content))
    END;

COMMENT ON FUNCTION internal.object_fault(jsonb) IS
    'Returns the fault of a JSON value that has to be an object; null if it is one.';
