-- Deploy warehouse:erasures to pg
-- requires: schemas
BEGIN;

CREATE TABLE etl.erasure_secret (
    secret bytea NOT NULL,
    CONSTRAINT erasure_secret_length_ck CHECK (octet_length(secret) >= 32)
);

CREATE UNIQUE INDEX erasure_secret_one_ix ON etl.erasure_secret ((true));

INSERT INTO etl.erasure_secret (secret)
VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

COMMENT ON TABLE etl.erasure_secret IS
    'One row, never changed: what makes a token that nobody else can compute from a user_id.';

CREATE TABLE etl.erasures (
    token     text        NOT NULL COLLATE "C",
    erased_at timestamptz NOT NULL DEFAULT now(),
    events    bigint      NOT NULL,
    rejects   bigint      NOT NULL,
    versions  bigint      NOT NULL,
    CONSTRAINT erasures_pk PRIMARY KEY (token)
);

COMMENT ON TABLE etl.erasures IS
    'One row an erased user: the token that stands for the user_id, and how many rows were made anonymous.';

COMMIT;
