-- The one durable queue, which is the outbox too: a job is inserted in the transaction of its cause.

CREATE TABLE jobs (
    -- v7: jobs of one moment run in the order in which they were made.
    id           uuid        NOT NULL,
    kind         text        NOT NULL,
    payload      jsonb       NOT NULL DEFAULT '{}',
    run_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    max_attempts integer     NOT NULL,
    -- A worker settles a job only while it holds the lease: a frozen worker that wakes up has lost it.
    lease_token  uuid,
    leased_until timestamptz,
    done_at      timestamptz,
    dead_at      timestamptz,
    last_error   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_attempts_check CHECK (attempts >= 0 AND attempts <= max_attempts),
    CONSTRAINT jobs_max_attempts_check CHECK (max_attempts > 0),
    CONSTRAINT jobs_lease_check CHECK ((lease_token IS NULL) = (leased_until IS NULL)),
    CONSTRAINT jobs_settled_check CHECK (done_at IS NULL OR dead_at IS NULL)
) WITH (
    fillfactor = 70, -- claim and lease updates stay on their page
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500
);
COMMENT ON TABLE jobs IS 'Durable queue and outbox; claimed with FOR UPDATE SKIP LOCKED under a lease';

-- Only what still has to run: the claim never walks over history.
CREATE INDEX jobs_claimable_idx ON jobs (run_at, id) WHERE done_at IS NULL AND dead_at IS NULL;
-- The dead letters that staff list, and the purge of what is done.
CREATE INDEX jobs_dead_at_idx ON jobs (dead_at, id) WHERE dead_at IS NOT NULL;
CREATE INDEX jobs_done_at_idx ON jobs (done_at) WHERE done_at IS NOT NULL;

CREATE TRIGGER jobs_set_updated_at BEFORE UPDATE ON jobs
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
