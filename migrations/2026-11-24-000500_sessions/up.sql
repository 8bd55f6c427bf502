-- Signed-in devices: the durable truth that wins over Redis.

CREATE TABLE sessions (
    id                  uuid        NOT NULL,
    user_id             uuid        NOT NULL,
    -- Which refresh token is current; a token is HMAC(server key, session id and generation).
    generation          bigint      NOT NULL DEFAULT 1,
    -- When the current generation was made, and when an access token of it was first used:
    -- the two facts that the grace rule of a repeated refresh asks for.
    rotated_at          timestamptz NOT NULL,
    used_at             timestamptz,
    auth_time           timestamptz NOT NULL,
    amr                 text[]      NOT NULL DEFAULT '{}',
    ip                  inet,
    user_agent          text,
    device              text,
    last_seen_at        timestamptz NOT NULL,
    idle_expires_at     timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    revoked_at          timestamptz,
    revoked_reason      text,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_generation_check CHECK (generation >= 0),
    CONSTRAINT sessions_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
) WITH (fillfactor = 80); -- a refresh updates in place instead of growing the table
COMMENT ON TABLE sessions IS 'Durable record of every session; generation and revoked_at decide';

-- The session list, the cap of live sessions and "end them all" (revoked_at IS NULL), and account
-- removal walking the foreign key over all of them: one index for the four.
CREATE INDEX sessions_user_id_idx ON sessions (user_id, revoked_at);
-- What was ended lately (other nodes catch up after an outage), and the purge.
CREATE INDEX sessions_revoked_at_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
-- No index holds a column that a refresh changes: refreshing must stay a write to one page.

CREATE TRIGGER sessions_set_updated_at BEFORE UPDATE ON sessions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
