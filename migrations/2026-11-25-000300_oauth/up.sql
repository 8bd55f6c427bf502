-- Signing in through others: ways to a provider that were begun, and what somebody showed there.

CREATE TABLE provider_flows (
    -- The `state` that the provider sees is HMAC(server key, this id); it is nowhere stored.
    id         uuid        NOT NULL,
    provider   text        NOT NULL,
    intent     text        NOT NULL,
    -- Who asked, and through which session, where somebody had to be signed in.
    user_id    uuid,
    session_id uuid,
    return_to  text        NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT provider_flows_pkey PRIMARY KEY (id),
    CONSTRAINT provider_flows_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT provider_flows_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT provider_flows_intent_check CHECK (intent IN ('sign_in', 'link', 'reauthenticate')),
    CONSTRAINT provider_flows_asker_check CHECK (
        (intent = 'sign_in') = (user_id IS NULL) AND (user_id IS NULL) = (session_id IS NULL)
    )
);
COMMENT ON TABLE provider_flows IS 'Ways to a provider that were begun; a row goes when somebody comes back';

CREATE INDEX provider_flows_user_id_idx ON provider_flows (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX provider_flows_session_id_idx ON provider_flows (session_id) WHERE session_id IS NOT NULL;
-- The purge.
CREATE INDEX provider_flows_expires_at_idx ON provider_flows (expires_at);

CREATE TRIGGER provider_flows_set_updated_at BEFORE UPDATE ON provider_flows
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE provider_proofs (
    -- A token of the purpose `exchange` or `confirm_link`, which says whether this still counts.
    token_id   uuid        NOT NULL,
    intent     text        NOT NULL,
    provider   text        NOT NULL,
    subject    text        NOT NULL,
    -- The session whose time of proof becomes fresh.
    session_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT provider_proofs_pkey PRIMARY KEY (token_id),
    CONSTRAINT provider_proofs_token_id_fkey FOREIGN KEY (token_id) REFERENCES one_time_tokens (id) ON DELETE CASCADE,
    CONSTRAINT provider_proofs_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT provider_proofs_intent_check CHECK (intent IN ('sign_in', 'confirm_link', 'reauthenticate')),
    CONSTRAINT provider_proofs_session_id_check CHECK ((intent = 'reauthenticate') = (session_id IS NOT NULL))
);
COMMENT ON TABLE provider_proofs IS 'What somebody showed at a provider, for the token that stands for it';

CREATE INDEX provider_proofs_session_id_idx ON provider_proofs (session_id) WHERE session_id IS NOT NULL;

CREATE TRIGGER provider_proofs_set_updated_at BEFORE UPDATE ON provider_proofs
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- How the first half of a sign-in was done that waits for its second factor; NULL means by password.
ALTER TABLE one_time_tokens ADD COLUMN first_method text;

-- The default privileges of 000900_app_role hold for tables of whoever ran that migration; this says it for everybody.
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_flows, provider_proofs TO scripthub_app;
