-- What staff needs: to find accounts by a part of a name or an address, and to delete one so that its person cannot bring it back.

ALTER TABLE users ADD COLUMN deleted_by_staff boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD CONSTRAINT users_deleted_by_staff_check CHECK (NOT deleted_by_staff OR account_status = 'deleted');

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX users_search_idx ON users USING gin (
    username_key gin_trgm_ops,
    email_key gin_trgm_ops,
    lower(display_name) gin_trgm_ops
);

-- Suspensions that end by themselves.
CREATE INDEX users_suspended_until_idx ON users (suspended_until)
    WHERE account_status = 'suspended' AND suspended_until IS NOT NULL;
