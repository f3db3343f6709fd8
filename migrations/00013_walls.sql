-- +goose Up

-- Filters of the board that somebody has given a name; nobody's are the
-- demonstration's, which has no users.
CREATE TABLE saved_views (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid        REFERENCES users ON DELETE CASCADE,
    name       text        NOT NULL CHECK (name <> ''),
    query      text        NOT NULL, -- of the board's address; empty: everything
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (user_id, name)
);

-- Links for screens on a wall: whoever has one sees the board, and nothing else.
CREATE TABLE walls (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text        NOT NULL CHECK (name <> ''),
    hash         bytea       NOT NULL UNIQUE,
    services     text[]      NOT NULL DEFAULT '{}',
    destinations text[]      NOT NULL DEFAULT '{}',
    view_names   text[]      NOT NULL DEFAULT '{}', -- that it rotates through; none: everything
    view_queries text[]      NOT NULL DEFAULT '{}', -- side by side
    seconds      integer     NOT NULL CHECK (seconds BETWEEN 5 AND 3600), -- each view is shown
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CHECK (cardinality(view_names) = cardinality(view_queries))
);
CREATE UNIQUE INDEX walls_name ON walls (name) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE walls, saved_views;
