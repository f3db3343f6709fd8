-- +goose Up

-- A service's own day: zone and the time its day starts.
CREATE TABLE services (
    service_id    text COLLATE "C" PRIMARY KEY,
    zone          text   NOT NULL DEFAULT 'UTC',
    day_starts_us bigint NOT NULL DEFAULT 0 CHECK (day_starts_us >= 0 AND day_starts_us < 86400000000)
);

CREATE TABLE destinations (
    service_id  text COLLATE "C" NOT NULL,
    destination text COLLATE "C" NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    PRIMARY KEY (service_id, destination)
);

-- Service level target and waiting thresholds; '' stands for every channel or origin.
CREATE TABLE targets (
    channel      text COLLATE "C" NOT NULL,
    origin       text COLLATE "C" NOT NULL,
    within_us    bigint NOT NULL DEFAULT 60000000 CHECK (within_us >= 0),     -- service level: X
    short_end_us bigint NOT NULL DEFAULT 0        CHECK (short_end_us >= 0),  -- service level: Y
    warn_us      bigint NOT NULL DEFAULT 30000000 CHECK (warn_us >= 0),
    breach_us    bigint NOT NULL DEFAULT 60000000 CHECK (breach_us >= warn_us),
    PRIMARY KEY (channel, origin)
);
INSERT INTO targets (channel, origin) VALUES ('', '');

-- +goose Down
DROP TABLE targets, destinations, services;
