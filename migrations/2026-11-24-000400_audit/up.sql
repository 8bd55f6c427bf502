-- The audit log: who did what to whom, with what outcome.

-- No foreign keys: a row outlives whatever it tells about.
CREATE TABLE audit_logs (
    -- v7, made by the application: the primary key is the order of time.
    id           uuid        NOT NULL,
    actor_id     uuid,
    actor_kind   text        NOT NULL,
    subject_kind text        NOT NULL,
    subject_id   uuid,
    action       text        NOT NULL,
    outcome      text        NOT NULL,
    before       jsonb       NOT NULL DEFAULT '{}',
    after        jsonb       NOT NULL DEFAULT '{}',
    ip           inet,
    user_agent   text,
    session_id   uuid,
    request_id   text,
    created_at   timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
    CONSTRAINT audit_logs_actor_kind_check CHECK (actor_kind IN ('anonymous', 'user', 'system', 'operator')),
    CONSTRAINT audit_logs_actor_id_check CHECK ((actor_kind = 'user') = (actor_id IS NOT NULL)),
    CONSTRAINT audit_logs_outcome_check CHECK (outcome IN ('success', 'failure', 'denied'))
);
COMMENT ON TABLE audit_logs IS 'Append-only: no role may change or remove a row, the owner included';

-- Each look-up of the staff page, newest first; the primary key serves the unfiltered list.
CREATE INDEX audit_logs_actor_id_idx ON audit_logs (actor_id, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_logs_subject_idx ON audit_logs (subject_kind, subject_id, id DESC) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_logs_action_idx ON audit_logs (action, id DESC);
CREATE INDEX audit_logs_request_id_idx ON audit_logs (request_id) WHERE request_id IS NOT NULL;
-- Rows arrive in the order of time, so a block range index of a few pages finds any span.
CREATE INDEX audit_logs_created_at_idx ON audit_logs USING brin (created_at);
-- Successes are the crowd; staff search for the rest.
CREATE INDEX audit_logs_outcome_idx ON audit_logs (outcome, id DESC) WHERE outcome <> 'success';

CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Replication sessions skip ordinary triggers; this one holds there too.
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only;
