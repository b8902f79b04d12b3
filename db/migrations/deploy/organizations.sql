-- Deploy warehouse:organizations to pg
-- requires: schemas
BEGIN;

CREATE TABLE raw.organizations_inbox (
    body_sk bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    body    bytea  NOT NULL,
    CONSTRAINT organizations_inbox_pk PRIMARY KEY (body_sk)
);

COMMENT ON TABLE raw.organizations_inbox IS
    'Where COPY puts a file, one JSON object a row, until raw.ingest_organizations takes it, in the same transaction.';

CREATE TABLE raw.organizations (
    organization_key  text        NOT NULL COLLATE "C",
    organization_name text,
    created_at        timestamptz,
    ingested_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pk PRIMARY KEY (organization_key)
);

COMMENT ON TABLE raw.organizations IS 'Each organization as it came last; filled by raw.ingest_organizations.';

CREATE TABLE raw.rejected_organizations (
    reject_key  uuid        NOT NULL,
    body        bytea       NOT NULL,
    reason      text        NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rejected_organizations_pk PRIMARY KEY (reject_key)
);

COMMENT ON TABLE raw.rejected_organizations IS 'What came as an organization and is none, with the reason.';
COMMENT ON COLUMN raw.rejected_organizations.reject_key IS
    'Hash of the body: the same one imported again is not stored twice.';

CREATE TABLE crm.organizations_dim (
    organization_key  text        NOT NULL COLLATE "C",
    organization_name text,
    created_at        timestamptz,
    CONSTRAINT organizations_dim_pk PRIMARY KEY (organization_key)
);

COMMENT ON TABLE crm.organizations_dim IS 'One row an organization: its last known state.';

COMMIT;
