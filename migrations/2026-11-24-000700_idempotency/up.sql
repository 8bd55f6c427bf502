-- Answers that can be given again, stored in the transaction of their effect.

CREATE TABLE idempotency_keys (
    -- Caller, method and path: keys of different callers never meet.
    scope       text        NOT NULL,
    key         text        NOT NULL,
    -- SHA-256 of the request body: the same key with another body is a mistake of the client.
    fingerprint bytea       NOT NULL,
    status      integer     NOT NULL,
    headers     jsonb       NOT NULL DEFAULT '[]',
    body        bytea       NOT NULL,
    expires_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key),
    CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_status_check CHECK (status BETWEEN 100 AND 599)
);
COMMENT ON TABLE idempotency_keys IS 'What a keyed request was answered; exists exactly when its effect does';

-- The purge.
CREATE INDEX idempotency_keys_expires_at_idx ON idempotency_keys (expires_at);

CREATE TRIGGER idempotency_keys_set_updated_at BEFORE UPDATE ON idempotency_keys
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
