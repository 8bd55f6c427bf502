-- The second factor: a secret shared with an authenticator, and codes for the day it is lost.

CREATE TABLE totp_secrets (
    user_id      uuid        NOT NULL,
    -- AES-256-GCM under a key derived from SECRET_KEY, bound to the user.
    sealed       bytea       NOT NULL,
    -- NULL: it waits for its first code.
    confirmed_at timestamptz,
    -- The last step of 30 s whose code was accepted: no code works twice.
    last_step    bigint,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    -- One authenticator a person: a new one takes the place of one that waits.
    CONSTRAINT totp_secrets_pkey PRIMARY KEY (user_id),
    CONSTRAINT totp_secrets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT totp_secrets_last_step_check CHECK ((confirmed_at IS NULL) = (last_step IS NULL))
);
COMMENT ON TABLE totp_secrets IS 'Second factors, waiting or in force; nothing that works without SECRET_KEY';

CREATE TRIGGER totp_secrets_set_updated_at BEFORE UPDATE ON totp_secrets
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE recovery_codes (
    user_id    uuid        NOT NULL,
    -- HMAC(server key, user and code).
    digest     bytea       NOT NULL,
    used_at    timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, digest),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT recovery_codes_digest_check CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE recovery_codes IS 'Which recovery codes were issued and used; never a code';

CREATE TRIGGER recovery_codes_set_updated_at BEFORE UPDATE ON recovery_codes
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- How often codes were tried with the token of a sign-in.
ALTER TABLE one_time_tokens ADD COLUMN tries integer NOT NULL DEFAULT 0;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_tries_check CHECK (tries BETWEEN 0 AND 5);

-- The default privileges of 000900_app_role hold for tables of whoever ran that migration; this says it for everybody.
GRANT SELECT, INSERT, UPDATE, DELETE ON totp_secrets, recovery_codes TO scripthub_app;
