-- Whoever edits a role says which state of it they have seen.

ALTER TABLE roles ADD COLUMN revision bigint NOT NULL DEFAULT 1;
ALTER TABLE roles ADD CONSTRAINT roles_revision_check CHECK (revision > 0);
