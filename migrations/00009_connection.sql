-- +goose Up

-- The App at CINNOX as an administrator entered it. The token is sealed under a
-- key that is not in this database.
CREATE TABLE cinnox_app (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    base_url text  NOT NULL,
    app_id   text  NOT NULL,
    token    bytea NOT NULL
);

-- What CINNOX was last asked to send, and whereto.
CREATE TABLE cinnox_subscription (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    state      text NOT NULL DEFAULT 'none' CHECK (state IN ('none', 'enabled', 'disabled', 'unknown', 'by-hand')),
    base_url   text NOT NULL DEFAULT '', -- of the App that was asked
    app_id     text NOT NULL DEFAULT '',
    url        text NOT NULL DEFAULT '', -- the webhook's. Who can read its key here can read installation.secret, too
    key_id     text NOT NULL DEFAULT '', -- of the key in it; empty: it is none of this installation's
    old_key_id text NOT NULL DEFAULT '', -- of the key that it took the place of
    updated_at text NOT NULL DEFAULT '', -- as CINNOX wrote it
    asked_at   timestamptz,
    problem    json,        -- why the last wish was not done; null: it was
    problem_at timestamptz,
    busy_until timestamptz  -- somebody is asking CINNOX at the moment
);

-- POSTs to the webhook by keys that are not good, by the hour.
CREATE TABLE rejections (
    hour    timestamptz NOT NULL,
    key_id  text        NOT NULL, -- a revoked key; empty: made up
    count   bigint      NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (hour, key_id)
);

-- The first and the latest delivery by each key: which row of transitions, or
-- with an empty service of quarantine, it is. Neither has an index that would find it.
CREATE TABLE samples (
    key_id      text        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('first', 'latest')),
    received_at timestamptz NOT NULL,
    id          uuid        NOT NULL,
    service_id  text COLLATE "C" NOT NULL,
    eid         text COLLATE "C" NOT NULL,
    PRIMARY KEY (key_id, kind)
);

-- Destinations that deliveries have named. An enquiry that was transferred has
-- only the last of its own.
CREATE TABLE heard_destinations (
    service_id  text COLLATE "C" NOT NULL,
    destination text COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, destination)
);

-- +goose Down
DROP TABLE heard_destinations, samples, rejections, cinnox_subscription, cinnox_app;
