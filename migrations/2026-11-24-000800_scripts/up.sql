-- Scripts, their immutable versions, and their contents.

CREATE TABLE categories (
    id         integer     NOT NULL GENERATED ALWAYS AS IDENTITY,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT categories_pkey PRIMARY KEY (id),
    CONSTRAINT categories_slug_key UNIQUE (slug),
    CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TRIGGER categories_set_updated_at BEFORE UPDATE ON categories
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

INSERT INTO categories (slug, name) VALUES
    ('automation',  'Automation'),
    ('data',        'Data and analysis'),
    ('development', 'Development tools'),
    ('devops',      'Servers and deployment'),
    ('education',   'Education'),
    ('games',       'Games'),
    ('media',       'Media'),
    ('security',    'Security'),
    ('utilities',   'Utilities'),
    ('web',         'Web'),
    ('other',       'Other');

CREATE TABLE scripts (
    id             uuid        NOT NULL,
    owner_id       uuid        NOT NULL,
    slug           text        NOT NULL,
    title          text        NOT NULL,
    summary        text        NOT NULL DEFAULT '',
    readme         text        NOT NULL DEFAULT '',
    language       text        NOT NULL,
    licence        text,
    category_id    integer,
    -- The names of its tags in their order, beside script_tags: a list reads no third table. Whoever writes one writes both.
    tag_names      text[]      NOT NULL DEFAULT '{}',
    visibility     text        NOT NULL,
    status         text        NOT NULL DEFAULT 'published',
    latest_version integer     NOT NULL,
    revision       bigint      NOT NULL DEFAULT 1,
    deleted_at     timestamptz,
    -- What a restoration goes back to: deleting and restoring must not wash a quarantine off.
    deleted_status text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    -- The last change that a reader can see; counters kept by batch jobs do not move it.
    updated_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT scripts_pkey PRIMARY KEY (id),
    CONSTRAINT scripts_owner_id_slug_key UNIQUE (owner_id, slug),
    CONSTRAINT scripts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT scripts_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE SET NULL,
    CONSTRAINT scripts_visibility_check CHECK (visibility IN ('public', 'unlisted', 'private', 'draft')),
    CONSTRAINT scripts_status_check CHECK (status IN ('published', 'quarantined', 'removed', 'deleted')),
    CONSTRAINT scripts_deleted_at_check CHECK ((status = 'deleted') = (deleted_at IS NOT NULL)),
    CONSTRAINT scripts_deleted_status_check CHECK (
        (status = 'deleted') = (deleted_status IS NOT NULL)
        AND deleted_status IN ('published', 'quarantined', 'removed')
    ),
    CONSTRAINT scripts_latest_version_check CHECK (latest_version > 0),
    CONSTRAINT scripts_revision_check CHECK (revision > 0)
);

-- The public lists. Each ends in (time, id), the key of a page, and holds only what anybody may see.
CREATE INDEX scripts_public_created_at_idx ON scripts (created_at DESC, id DESC)
    WHERE visibility = 'public' AND status = 'published';
CREATE INDEX scripts_public_updated_at_idx ON scripts (updated_at DESC, id DESC)
    WHERE visibility = 'public' AND status = 'published';
CREATE INDEX scripts_public_language_created_at_idx ON scripts (language, created_at DESC, id DESC)
    WHERE visibility = 'public' AND status = 'published';
CREATE INDEX scripts_public_language_updated_at_idx ON scripts (language, updated_at DESC, id DESC)
    WHERE visibility = 'public' AND status = 'published';
-- These two also carry their foreign keys, so they hold every row.
CREATE INDEX scripts_owner_id_created_at_idx ON scripts (owner_id, created_at DESC, id DESC);
CREATE INDEX scripts_category_id_created_at_idx ON scripts (category_id, created_at DESC, id DESC);
-- The purge after the grace period.
CREATE INDEX scripts_deleted_at_idx ON scripts (deleted_at) WHERE deleted_at IS NOT NULL;

-- Every change that a reader can see counts the revision up, and nothing else does.
CREATE TRIGGER scripts_set_updated_at BEFORE UPDATE ON scripts
    FOR EACH ROW WHEN (OLD.revision IS DISTINCT FROM NEW.revision)
    EXECUTE FUNCTION set_updated_at();

-- A content is stored once, however many versions have it, compressed so that it can go to the socket as it is.
CREATE TABLE script_blobs (
    sha256      bytea       NOT NULL,
    size        integer     NOT NULL,
    gzip        bytea       NOT NULL,
    gzip_sha256 bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT script_blobs_pkey PRIMARY KEY (sha256),
    CONSTRAINT script_blobs_sha256_check CHECK (octet_length(sha256) = 32),
    CONSTRAINT script_blobs_gzip_sha256_check CHECK (octet_length(gzip_sha256) = 32),
    CONSTRAINT script_blobs_size_check CHECK (size >= 0)
);
-- It is compressed already: PostgreSQL must not try again on every write.
ALTER TABLE script_blobs ALTER COLUMN gzip SET STORAGE EXTERNAL;

CREATE TABLE script_versions (
    script_id      uuid        NOT NULL,
    number         integer     NOT NULL,
    label          text,
    changelog      text        NOT NULL DEFAULT '',
    sha256         bytea       NOT NULL,
    size           integer     NOT NULL,
    author_id      uuid        NOT NULL,
    yanked_at      timestamptz,
    yanked_reason  text,
    erased_at      timestamptz,
    -- What still needs its content: an erased version keeps the hash and lets go of the blob.
    content_sha256 bytea       GENERATED ALWAYS AS (CASE WHEN erased_at IS NULL THEN sha256 END) STORED,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT script_versions_pkey PRIMARY KEY (script_id, number),
    CONSTRAINT script_versions_script_id_label_key UNIQUE (script_id, label),
    CONSTRAINT script_versions_script_id_fkey FOREIGN KEY (script_id) REFERENCES scripts (id) ON DELETE CASCADE,
    CONSTRAINT script_versions_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT script_versions_content_sha256_fkey FOREIGN KEY (content_sha256) REFERENCES script_blobs (sha256),
    CONSTRAINT script_versions_number_check CHECK (number > 0),
    CONSTRAINT script_versions_sha256_check CHECK (octet_length(sha256) = 32),
    CONSTRAINT script_versions_size_check CHECK (size >= 0),
    CONSTRAINT script_versions_yanked_check CHECK (yanked_reason IS NULL OR yanked_at IS NOT NULL)
);
-- `{v}` may be a hash.
CREATE INDEX script_versions_script_id_sha256_idx ON script_versions (script_id, sha256);
CREATE INDEX script_versions_content_sha256_idx ON script_versions (content_sha256) WHERE content_sha256 IS NOT NULL;
CREATE INDEX script_versions_author_id_idx ON script_versions (author_id);

CREATE TRIGGER script_versions_set_updated_at BEFORE UPDATE ON script_versions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- A version is written once: of it only the yank and the erasure may change.
CREATE FUNCTION refuse_version_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'version % of script % is immutable', OLD.number, OLD.script_id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER script_versions_immutable BEFORE UPDATE ON script_versions
    FOR EACH ROW
    WHEN (
        (OLD.script_id, OLD.number, OLD.label, OLD.changelog, OLD.sha256, OLD.size, OLD.created_at)
        IS DISTINCT FROM
        (NEW.script_id, NEW.number, NEW.label, NEW.changelog, NEW.sha256, NEW.size, NEW.created_at)
    )
    EXECUTE FUNCTION refuse_version_change();

CREATE TABLE tags (
    id         integer     NOT NULL GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT tags_pkey PRIMARY KEY (id),
    CONSTRAINT tags_name_key UNIQUE (name)
);

CREATE TRIGGER tags_set_updated_at BEFORE UPDATE ON tags
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE script_tags (
    script_id  uuid        NOT NULL,
    tag_id     integer     NOT NULL,
    -- Tags are shown in the order in which they were given.
    position   smallint    NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT script_tags_pkey PRIMARY KEY (script_id, tag_id),
    CONSTRAINT script_tags_script_id_fkey FOREIGN KEY (script_id) REFERENCES scripts (id) ON DELETE CASCADE,
    CONSTRAINT script_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
);
CREATE INDEX script_tags_tag_id_idx ON script_tags (tag_id, script_id);
