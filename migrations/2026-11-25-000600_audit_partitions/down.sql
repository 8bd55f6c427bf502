-- Back to one table; what the chain has proven so far is lost.

ALTER TABLE audit_logs RENAME TO audit_logs_parted;
ALTER TABLE audit_logs_parted RENAME CONSTRAINT audit_logs_pkey TO audit_logs_parted_pkey;
ALTER INDEX audit_logs_actor_id_idx RENAME TO audit_logs_parted_actor_id_idx;
ALTER INDEX audit_logs_subject_idx RENAME TO audit_logs_parted_subject_idx;
ALTER INDEX audit_logs_action_idx RENAME TO audit_logs_parted_action_idx;
ALTER INDEX audit_logs_request_id_idx RENAME TO audit_logs_parted_request_id_idx;
ALTER INDEX audit_logs_outcome_idx RENAME TO audit_logs_parted_outcome_idx;

CREATE TABLE audit_logs (
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
INSERT INTO audit_logs SELECT * FROM audit_logs_parted;
CREATE INDEX audit_logs_actor_id_idx ON audit_logs (actor_id, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_logs_subject_idx ON audit_logs (subject_kind, subject_id, id DESC) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_logs_action_idx ON audit_logs (action, id DESC);
CREATE INDEX audit_logs_request_id_idx ON audit_logs (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_logs_created_at_idx ON audit_logs USING brin (created_at);
CREATE INDEX audit_logs_outcome_idx ON audit_logs (outcome, id DESC) WHERE outcome <> 'success';
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only;
REVOKE ALL ON audit_logs FROM scripthub_app;
GRANT SELECT, INSERT ON audit_logs TO scripthub_app;

DROP TABLE audit_logs_parted, audit_seals, audit_unsealed;
DROP SCHEMA audit_partitions;
DROP FUNCTION list_audit_partition(text, timestamptz, uuid, bigint), drop_audit_partitions(timestamptz), make_audit_partitions(integer),
    add_audit_partition(text, text), guard_audit_table(text), queue_for_sealing();
