-- Takes back what this database gave. The role itself stays: it belongs to the cluster, and another
-- database may use it or be about to. When the last one is gone: DROP ROLE scripthub_app.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'scripthub_app') THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM scripthub_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM scripthub_app;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM scripthub_app;
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM scripthub_app;
        REVOKE USAGE ON SCHEMA public FROM scripthub_app;
    END IF;
END
$$;
