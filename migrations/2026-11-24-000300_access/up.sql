-- Who may do what: roles, permissions, and the epoch that tells caches when an answer is old.

CREATE TABLE roles (
    id          integer     NOT NULL GENERATED ALWAYS AS IDENTITY,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    -- Every new account gets the default roles.
    is_default  boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT roles_pkey PRIMARY KEY (id),
    CONSTRAINT roles_name_key UNIQUE (name),
    CONSTRAINT roles_name_check CHECK (name ~ '^[a-z][a-z0-9_]{1,47}$')
);

CREATE TABLE permissions (
    id          integer     NOT NULL GENERATED ALWAYS AS IDENTITY,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT permissions_pkey PRIMARY KEY (id),
    CONSTRAINT permissions_name_key UNIQUE (name),
    CONSTRAINT permissions_name_check CHECK (name ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$')
);

CREATE TABLE role_permissions (
    role_id       integer     NOT NULL,
    permission_id integer     NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT role_permissions_pkey PRIMARY KEY (role_id, permission_id),
    CONSTRAINT role_permissions_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT role_permissions_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES permissions (id) ON DELETE CASCADE
);
CREATE INDEX role_permissions_permission_id_idx ON role_permissions (permission_id);

CREATE TABLE user_roles (
    user_id    uuid        NOT NULL,
    role_id    integer     NOT NULL,
    -- NULL: the platform itself granted it (registration, the operator's shell), or the granter is gone.
    granted_by uuid,
    granted_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role_id),
    CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- A role that somebody holds cannot vanish under them.
    CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE RESTRICT,
    CONSTRAINT user_roles_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX user_roles_role_id_idx ON user_roles (role_id);
CREATE INDEX user_roles_granted_by_idx ON user_roles (granted_by) WHERE granted_by IS NOT NULL;

CREATE TRIGGER roles_set_updated_at BEFORE UPDATE ON roles
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE TRIGGER permissions_set_updated_at BEFORE UPDATE ON permissions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- One row. Every write that changes what somebody may do adds one to it in its transaction; the row
-- lock lets one such write commit at a time, so the order of epochs is the order of commits.
CREATE TABLE access_epoch (
    singleton  boolean     NOT NULL DEFAULT true,
    value      bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT access_epoch_pkey PRIMARY KEY (singleton),
    CONSTRAINT access_epoch_singleton_check CHECK (singleton)
) WITH (fillfactor = 10); -- updated often: room for versions of the row on its one page
INSERT INTO access_epoch DEFAULT VALUES;

CREATE TRIGGER access_epoch_set_updated_at BEFORE UPDATE ON access_epoch
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- What changed at which epoch: a node that missed a push reads from here what to forget.
-- No foreign key: a change may be about somebody who is gone.
CREATE TABLE access_changes (
    epoch      bigint      NOT NULL,
    -- NULL: everybody.
    user_id    uuid,
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT access_changes_pkey PRIMARY KEY (epoch)
);
-- "What changed lately?", and the purge.
CREATE INDEX access_changes_created_at_idx ON access_changes (created_at);

INSERT INTO permissions (name, description) VALUES
    ('auth.email',         'Sign in with e-mail and password'),
    ('auth.discord',       'Sign in through Discord'),
    ('auth.google',        'Sign in through Google'),
    ('auth.github',        'Sign in through GitHub'),
    ('users.read',         'See any account, not only its public profile'),
    ('users.update',       'Change any account'),
    ('users.suspend',      'Suspend accounts, lift suspensions, end their sessions'),
    ('users.delete',       'Delete any account'),
    ('users.restore',      'Bring deleted accounts back'),
    ('users.roles',        'Grant and take roles'),
    ('roles.read',         'See roles and permissions'),
    ('roles.manage',       'Make, change and delete roles'),
    ('permissions.manage', 'Make, change and delete permissions'),
    ('scripts.read',       'Read scripts'),
    ('scripts.create',     'Publish scripts'),
    ('scripts.update',     'Change own scripts'),
    ('scripts.delete',     'Delete own scripts'),
    ('scripts.update_any', 'Change any script'),
    ('scripts.delete_any', 'Delete any script'),
    ('scripts.featured',   'Feature scripts'),
    ('scripts.moderate',   'Quarantine and release scripts'),
    ('scripts.rate',       'Star and rate scripts'),
    ('scripts.erase',      'Erase the content of any version'),
    ('comments.create',    'Comment'),
    ('comments.moderate',  'Edit and remove any comment, lock threads'),
    ('reports.create',     'Report what breaks the rules'),
    ('reports.read',       'See reports and cases'),
    ('reports.resolve',    'Claim and resolve cases'),
    ('appeals.resolve',    'Decide appeals'),
    ('blocklist.manage',   'Edit the blocklist'),
    ('taxonomy.manage',    'Edit tags and categories'),
    ('audit.read',         'Read and export the audit log'),
    ('api.advanced',       'Larger limits of the API'),
    ('api_keys.create',    'Make API keys'),
    ('system.read',        'See the state of the platform');

INSERT INTO roles (name, description, is_default) VALUES
    ('user',         'Everybody with an account', true),
    ('premium_user', 'Everybody with an account, with larger limits and featuring', false),
    ('moderator',    'Keeps the place safe', false),
    ('admin',        'May do everything', false);

INSERT INTO role_permissions (role_id, permission_id)
SELECT roles.id, permissions.id
FROM roles
JOIN permissions ON
    roles.name = 'admin'
    OR permissions.name IN (
        'auth.email', 'auth.discord', 'auth.google', 'auth.github',
        'scripts.read', 'scripts.create', 'scripts.update', 'scripts.delete', 'scripts.rate',
        'comments.create', 'reports.create', 'api_keys.create'
    )
    OR roles.name = 'premium_user' AND permissions.name IN ('scripts.featured', 'api.advanced')
    OR roles.name = 'moderator' AND permissions.name IN (
        'users.read', 'users.suspend', 'roles.read',
        'scripts.update_any', 'scripts.delete_any', 'scripts.featured', 'scripts.moderate',
        'comments.moderate', 'reports.read', 'reports.resolve', 'appeals.resolve',
        'taxonomy.manage', 'audit.read'
    );
