-- The audit log by the month, so that old months go at once, and a chain of seals over each month, so that a row that was changed,
-- removed or moved is found.
--
-- What is there becomes the first partition. Its indexes are made anew under the lock, which takes about a second for each
-- million rows; the servers of the release before go on writing by the same name.

-- Partitions live apart: nobody but their owner needs to name them, and the role of the server cannot.
CREATE SCHEMA audit_partitions;

ALTER TABLE audit_logs RENAME TO logs_first;
ALTER TABLE logs_first SET SCHEMA audit_partitions;
ALTER TABLE audit_partitions.logs_first DROP CONSTRAINT audit_logs_pkey;
DROP INDEX audit_partitions.audit_logs_actor_id_idx, audit_partitions.audit_logs_subject_idx, audit_partitions.audit_logs_action_idx,
    audit_partitions.audit_logs_request_id_idx, audit_partitions.audit_logs_created_at_idx, audit_partitions.audit_logs_outcome_idx;

CREATE TABLE audit_logs (
    -- v7, made by the application.
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

    -- Lists read it backwards: newest first.
    CONSTRAINT audit_logs_pkey PRIMARY KEY (created_at, id),
    CONSTRAINT audit_logs_actor_kind_check CHECK (actor_kind IN ('anonymous', 'user', 'system', 'operator')),
    CONSTRAINT audit_logs_actor_id_check CHECK ((actor_kind = 'user') = (actor_id IS NOT NULL)),
    CONSTRAINT audit_logs_outcome_check CHECK (outcome IN ('success', 'failure', 'denied'))
) PARTITION BY RANGE (created_at);
COMMENT ON TABLE audit_logs IS 'Append-only: no role may change or remove a row, the owner included; whole months go by drop_audit_partitions';

CREATE INDEX audit_logs_actor_id_idx ON audit_logs (actor_id, created_at DESC, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_logs_subject_idx ON audit_logs (subject_kind, subject_id, created_at DESC, id DESC) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_logs_action_idx ON audit_logs (action, created_at DESC, id DESC);
CREATE INDEX audit_logs_request_id_idx ON audit_logs (request_id, created_at DESC, id DESC) WHERE request_id IS NOT NULL;
-- Successes are the crowd, found by the primary key; staff search for the rest.
CREATE INDEX audit_logs_outcome_idx ON audit_logs (outcome, created_at DESC, id DESC) WHERE outcome <> 'success';

-- The chain of each partition: a row of the log, its place, and what binds it to the one before. Written by a job soon after the
-- row, because a chain in every write would be one line for all of them.
CREATE TABLE audit_seals (
    partition  text        NOT NULL,
    position   bigint      NOT NULL,
    row_id     uuid        NOT NULL,
    row_at     timestamptz NOT NULL,
    -- HMAC(server key, the row); HMAC(server key, partition, position, row, the link before).
    row_hash   bytea       NOT NULL,
    link_hash  bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT audit_seals_pkey PRIMARY KEY (partition, position),
    CONSTRAINT audit_seals_row_id_key UNIQUE (partition, row_id, row_at),
    CONSTRAINT audit_seals_position_check CHECK (position > 0),
    CONSTRAINT audit_seals_row_hash_check CHECK (octet_length(row_hash) = 32),
    CONSTRAINT audit_seals_link_hash_check CHECK (octet_length(link_hash) = 32)
) PARTITION BY LIST (partition);
COMMENT ON TABLE audit_seals IS 'Append-only; nothing in it can be made without SECRET_KEY';

-- The rows that wait for their seal, whatever the order in which they were committed.
CREATE TABLE audit_unsealed (
    id         uuid        NOT NULL,
    created_at timestamptz NOT NULL,

    CONSTRAINT audit_unsealed_pkey PRIMARY KEY (created_at, id)
);
COMMENT ON TABLE audit_unsealed IS 'Rows of audit_logs that have no seal yet';

CREATE FUNCTION queue_for_sealing() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO public.audit_unsealed (id, created_at) SELECT id, created_at FROM written;
    RETURN NULL;
END
$$;

-- Refuses changes of one table of the log, whoever asks; replication sessions, which skip ordinary triggers, included.
CREATE FUNCTION guard_audit_table(name text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', name);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', name);
END
$$;

-- One partition of the log, and that of its seals. Attached, not made in place: that locks out nobody.
CREATE FUNCTION add_audit_partition(part text, bounds text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    logs constant text := 'logs_' || part;
    seals constant text := 'seals_' || part;
BEGIN
    IF to_regclass(format('audit_partitions.%I', logs)) IS NULL THEN
        EXECUTE format('CREATE TABLE audit_partitions.%I (LIKE public.audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', logs);
    END IF;
    EXECUTE format('ALTER TABLE public.audit_logs ATTACH PARTITION audit_partitions.%I %s', logs, bounds);
    PERFORM public.guard_audit_table(format('audit_partitions.%I', logs));
    EXECUTE format('CREATE TABLE audit_partitions.%I (LIKE public.audit_seals INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', seals);
    EXECUTE format('ALTER TABLE public.audit_seals ATTACH PARTITION audit_partitions.%I FOR VALUES IN (%L)', seals, logs);
    PERFORM public.guard_audit_table(format('audit_partitions.%I', seals));
END
$$;

-- Makes what is missing of this month and of those that follow; answers how many months cannot be made, because rows of theirs
-- have landed in the default partition meanwhile. They stay there.
CREATE FUNCTION make_audit_partitions(ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month timestamptz;
    stuck integer := 0;
BEGIN
    -- One at a time: the others find everything made.
    PERFORM pg_advisory_xact_lock(8317708086105895029);
    FOR number IN 0 .. least(greatest(ahead, 0), 24) LOOP
        -- Months are those of UTC, whatever the session believes.
        month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => number)) AT TIME ZONE 'UTC';
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.audit_logs'::regclass
            AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz > month
            AND coalesce(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity') <= month
        );
        BEGIN
            PERFORM public.add_audit_partition(
                to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'),
                format('FOR VALUES FROM (%L) TO (%L)', month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC')
            );
        EXCEPTION WHEN check_violation THEN
            stuck := stuck + 1;
        END;
    END LOOP;
    RETURN stuck;
END
$$;

-- Drops the partitions that hold nothing younger than `keep_from`, with their seals; answers their names. Nothing of the last 30
-- days goes, whoever asks: who takes over the server cannot wipe its traces.
CREATE FUNCTION drop_audit_partitions(keep_from timestamptz) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    logs text;
BEGIN
    IF keep_from IS NULL OR keep_from > now() - interval '30 days' THEN
        RAISE EXCEPTION 'the audit log is kept for 30 days at least' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR logs IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.audit_logs'::regclass
        AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz <= keep_from
        ORDER BY c.relname
    LOOP
        EXECUTE format('DELETE FROM public.audit_unsealed u USING audit_partitions.%I l WHERE u.created_at = l.created_at AND u.id = l.id', logs);
        EXECUTE format('DROP TABLE audit_partitions.%I, audit_partitions.%I', logs, replace(logs, 'logs_', 'seals_'));
        RETURN NEXT logs;
    END LOOP;
END
$$;

-- The rows of one partition in the order of time, and whether each has a seal or waits for one.
CREATE FUNCTION list_audit_partition(part text, after_at timestamptz, after_id uuid, most bigint)
    RETURNS TABLE (id uuid, created_at timestamptz, is_known boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.audit_logs'::regclass AND c.relname = part
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT l.id, l.created_at, EXISTS (SELECT FROM public.audit_seals s WHERE s.partition = $1 AND s.row_id = l.id AND s.row_at = l.created_at) '
        'OR EXISTS (SELECT FROM public.audit_unsealed u WHERE u.created_at = l.created_at AND u.id = l.id) '
        'FROM (SELECT id, created_at FROM audit_partitions.%I WHERE (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4) l', part)
        USING part, after_at, after_id, most;
END
$$;

REVOKE ALL ON FUNCTION queue_for_sealing(), guard_audit_table(text), add_audit_partition(text, text), make_audit_partitions(integer),
    drop_audit_partitions(timestamptz), list_audit_partition(text, timestamptz, uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_audit_partitions(integer), drop_audit_partitions(timestamptz),
    list_audit_partition(text, timestamptz, uuid, bigint) TO scripthub_app;

DROP TRIGGER audit_logs_append_only ON audit_partitions.logs_first;
DO $$
BEGIN
    PERFORM add_audit_partition('first', format('FOR VALUES FROM (MINVALUE) TO (%L)',
        (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'));
    -- What fits nowhere lands here rather than failing the act that it tells of.
    PERFORM add_audit_partition('other', 'DEFAULT');
    PERFORM make_audit_partitions(3);
    PERFORM guard_audit_table('public.audit_logs');
    PERFORM guard_audit_table('public.audit_seals');
END
$$;
INSERT INTO audit_unsealed (id, created_at) SELECT id, created_at FROM audit_logs;
CREATE TRIGGER audit_logs_queue AFTER INSERT ON audit_logs REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION queue_for_sealing();

-- The default privileges of 000900_app_role give more than this.
REVOKE ALL ON audit_logs, audit_seals, audit_unsealed, audit_partitions.logs_first FROM scripthub_app;
GRANT SELECT, INSERT ON audit_logs, audit_seals TO scripthub_app;
GRANT SELECT, DELETE ON audit_unsealed TO scripthub_app;
