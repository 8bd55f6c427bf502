-- The role that the server and the worker act as: `SET ROLE scripthub_app` on every connection.
-- It cannot log in, owns nothing, changes no schema, and can only add to and read the audit log.

DO $$
BEGIN
    -- Roles belong to the cluster: another database may have made it already, or be making it right now.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'scripthub_app') THEN
        BEGIN
            CREATE ROLE scripthub_app NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                -- The remedy is in the message, because not every client shows hints.
                RAISE EXCEPTION 'the role scripthub_app is missing and % may not create roles; as a superuser run: CREATE ROLE scripthub_app NOLOGIN; GRANT scripthub_app TO %; then migrate again', current_user, quote_ident(current_user)
                    USING ERRCODE = 'insufficient_privilege';
        END;
    END IF;
    -- Who migrates usually also serves, in the simple set-up; a separate login needs the same grant.
    IF NOT pg_has_role(current_user, 'scripthub_app', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT scripthub_app TO %I', current_user);
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE '% is not a member of scripthub_app and may not make itself one; the login of the server needs: GRANT scripthub_app TO <login>', current_user;
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO scripthub_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO scripthub_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO scripthub_app;
-- Later migrations need no grant of their own, but for what must be less than this.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO scripthub_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO scripthub_app;

REVOKE UPDATE, DELETE ON audit_logs FROM scripthub_app;

DO $$
BEGIN
    IF to_regclass('public.__diesel_schema_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.__diesel_schema_migrations FROM scripthub_app;
    END IF;
END
$$;
