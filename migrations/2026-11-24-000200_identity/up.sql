-- People, the ways they sign in, and the tokens they get by mail.

CREATE TABLE users (
    id                uuid        NOT NULL,
    -- As typed; `email_key` is what uniqueness and look-ups use (lower case, made by the domain).
    email             text,
    email_key         text,
    username          text        NOT NULL,
    username_key      text        NOT NULL,
    display_name      text,
    bio               text        NOT NULL DEFAULT '',
    locale            text        NOT NULL DEFAULT 'en',
    -- NULL: this account has no password (it signs in through a provider).
    password_hash     text,
    account_status    text        NOT NULL DEFAULT 'active',
    suspended_until   timestamptz,
    suspended_reason  text,
    email_verified_at timestamptz,
    deleted_at        timestamptz,
    revision          bigint      NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT users_pkey PRIMARY KEY (id),
    -- Many accounts may have no address: NULLs never collide.
    CONSTRAINT users_email_key UNIQUE (email_key),
    -- A deleted account keeps its row, so its username stays reserved.
    CONSTRAINT users_username_key UNIQUE (username_key),
    CONSTRAINT users_email_check CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT users_email_verified_at_check CHECK (email_verified_at IS NULL OR email IS NOT NULL),
    CONSTRAINT users_locale_check CHECK (locale IN ('en', 'id')),
    CONSTRAINT users_account_status_check CHECK (account_status IN ('active', 'suspended', 'deleted')),
    CONSTRAINT users_deleted_at_check CHECK ((account_status = 'deleted') = (deleted_at IS NOT NULL)),
    CONSTRAINT users_revision_check CHECK (revision > 0)
);
COMMENT ON TABLE users IS 'One row a person; kept after deletion so that the username stays reserved';

-- The staff list, newest first.
CREATE INDEX users_created_at_id_idx ON users (created_at DESC, id DESC);
-- What the purge after the grace period looks for.
CREATE INDEX users_deleted_at_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL;
-- Staff filter on the rare states; the common one is served by the list above.
CREATE INDEX users_account_status_idx ON users (account_status, created_at DESC, id DESC)
    WHERE account_status <> 'active';

CREATE TRIGGER users_set_updated_at BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE auth_providers (
    user_id       uuid        NOT NULL,
    provider      text        NOT NULL,
    -- The provider's own id of the person, never an address: addresses change hands. For `email` it is
    -- the account's id.
    subject       text        NOT NULL,
    provider_data jsonb       NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),

    -- One identity belongs to one account …
    CONSTRAINT auth_providers_pkey PRIMARY KEY (provider, subject),
    -- … and an account holds at most one identity of a provider, because it is unlinked by the provider's name.
    CONSTRAINT auth_providers_user_id_provider_key UNIQUE (user_id, provider),
    CONSTRAINT auth_providers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
COMMENT ON TABLE auth_providers IS 'Ways to sign in; one person may hold many';

CREATE TRIGGER auth_providers_set_updated_at BEFORE UPDATE ON auth_providers
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- A token is HMAC(server key, purpose and id): this row says whether it still counts, and holds
-- nothing that a reader of the database could use.
CREATE TABLE one_time_tokens (
    id          uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    purpose     text        NOT NULL,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (
        'verify_email', 'reset_password', 'change_email', 'undo_email_change', 'exchange', 'confirm_link', 'mfa'
    ))
);
COMMENT ON TABLE one_time_tokens IS 'Which one-time tokens were issued and used; never a token';

-- "Kill every other token of this person", and account removal walking the foreign key.
CREATE INDEX one_time_tokens_user_id_idx ON one_time_tokens (user_id, purpose);
-- The purge.
CREATE INDEX one_time_tokens_expires_at_idx ON one_time_tokens (expires_at);

CREATE TRIGGER one_time_tokens_set_updated_at BEFORE UPDATE ON one_time_tokens
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
