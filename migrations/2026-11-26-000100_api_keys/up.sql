-- API keys: what programs act through, with less reach than a session.

CREATE TABLE api_keys (
    id             uuid        NOT NULL,
    user_id        uuid        NOT NULL,
    name           text        NOT NULL,
    -- The beginning of the text, by which its owner tells it from others; far too short to try the rest.
    prefix         text        NOT NULL,
    -- HMAC(server key, random bytes of the key).
    digest         bytea       NOT NULL,
    scopes         text[]      NOT NULL,
    -- NULL: every script of its person. No foreign keys: a list that lost its scripts must not become none.
    script_ids     uuid[],
    expires_at     timestamptz NOT NULL,
    -- Within a minute.
    last_used_at   timestamptz,
    revoked_at     timestamptz,
    revoked_reason text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_digest_key UNIQUE (digest),
    CONSTRAINT api_keys_digest_check CHECK (octet_length(digest) = 32),
    CONSTRAINT api_keys_scopes_check
        CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['scripts:read', 'scripts:write']),
    CONSTRAINT api_keys_script_ids_check CHECK (cardinality(script_ids) BETWEEN 1 AND 50),
    -- 365 days, in hours: a day of a time zone may have 23 or 25.
    CONSTRAINT api_keys_expires_at_check CHECK (expires_at <= created_at + interval '8760 hours'),
    CONSTRAINT api_keys_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) WITH (fillfactor = 80); -- a use is written down in place
COMMENT ON TABLE api_keys IS 'Which API keys were made, how far they reach and when they end; never a key';

-- A name belongs to one living key; also the list of a person, their cap, and "end them all".
CREATE UNIQUE INDEX api_keys_user_id_name_key ON api_keys (user_id, lower(name)) WHERE revoked_at IS NULL;
-- Account removal walking the foreign key over all of them.
CREATE INDEX api_keys_user_id_idx ON api_keys (user_id);

CREATE TRIGGER api_keys_set_updated_at BEFORE UPDATE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- The default privileges of 000900_app_role hold for tables of whoever ran that migration; this says it for everybody.
GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO scripthub_app;

-- The key that acted. Like the session beside it, it is no foreign key: a row outlives whatever it tells about.
ALTER TABLE audit_logs ADD COLUMN api_key_id uuid;
