-- +goose Up

-- A service's own day: zone and the time its day starts.
CREATE TABLE services (
    service_id text COLLATE "C" PRIMARY KEY,
    zone       text NOT NULL DEFAULT 'UTC',
    day_starts interval NOT NULL DEFAULT '0' CHECK (day_starts >= '0' AND day_starts < '24:00')
);

CREATE TABLE destinations (
    service_id  text COLLATE "C" NOT NULL,
    destination text COLLATE "C" NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    PRIMARY KEY (service_id, destination)
);

-- Service level target and waiting thresholds; '' stands for every channel or origin.
CREATE TABLE targets (
    channel   text NOT NULL,
    origin    text NOT NULL,
    within    interval NOT NULL DEFAULT '60 s' CHECK (within >= '0'),    -- service level: X
    short_end interval NOT NULL DEFAULT '0' CHECK (short_end >= '0'),    -- service level: Y
    warn      interval NOT NULL DEFAULT '30 s' CHECK (warn >= '0'),
    breach    interval NOT NULL DEFAULT '60 s' CHECK (breach >= warn),
    PRIMARY KEY (channel, origin)
);
INSERT INTO targets (channel, origin) VALUES ('', '');

-- +goose Down
DROP TABLE targets, destinations, services;
