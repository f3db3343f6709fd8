-- +goose Up

CREATE TABLE users (
    id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text        NOT NULL CHECK (email <> ''),
    password_hash text        NOT NULL,
    role          text        NOT NULL CHECK (role IN ('viewer', 'supervisor', 'admin')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

-- scs's table, and beside it which user each (hashed) session belongs to.
CREATE TABLE sessions (
    token  text        PRIMARY KEY,
    data   bytea       NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);
CREATE TABLE user_sessions (
    token      text        PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    user_id    uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    address    text        NOT NULL,
    user_agent text        NOT NULL
);
CREATE INDEX user_sessions_user ON user_sessions (user_id);

-- One-time links: the first administrator's, invitations, password resets.
CREATE TABLE links (
    hash       bytea       PRIMARY KEY,
    purpose    text        NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
    email      text        NOT NULL DEFAULT '',
    role       text        NOT NULL CHECK (role IN ('viewer', 'supervisor', 'admin')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE tokens (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text        NOT NULL CHECK (name <> ''),
    hash         bytea       NOT NULL UNIQUE,
    role         text        NOT NULL CHECK (role IN ('viewer', 'supervisor', 'admin')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
-- One living token of a name, so that a name says which one to revoke.
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE webhook_keys (
    id           text        PRIMARY KEY,
    name         text        NOT NULL CHECK (name <> ''),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    deliveries   bigint      NOT NULL DEFAULT 0,
    revoked_at   timestamptz
);
CREATE UNIQUE INDEX webhook_keys_name ON webhook_keys (name) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE webhook_keys, tokens, links, user_sessions, sessions, users;
