-- +goose Up

-- One row: who this installation is. position counts commits of deliveries:
-- a commit takes the next one under the row's lock, so positions become
-- visible in order and without gaps, on every replica.
CREATE TABLE installation (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    epoch    text   NOT NULL,            -- first part of every seq: tells this database from another
    secret   bytea  NOT NULL CHECK (length(secret) = 32), -- webhook keys are MACs under it
    position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

-- Every delivery that was understood, for ever. occurred_at and duplicate are
-- the fold's, written again only where a later delivery changes them.
CREATE TABLE transitions (
    received_at         timestamptz NOT NULL,
    id                  uuid        NOT NULL,
    service_id          text COLLATE "C" NOT NULL,
    eid                 text COLLATE "C" NOT NULL,
    status              text        NOT NULL CHECK (status IN ('Opened', 'Handling', 'Missed', 'Closed')),
    display_case_number text        NOT NULL,
    channel             text        NOT NULL,
    channel_ori         text        NOT NULL,
    social_id           text        NOT NULL,
    destination         text        NOT NULL,
    destination_types   text[]      NOT NULL,
    date                text        NOT NULL, -- as received
    date_at             timestamptz,          -- as an instant; null when it cannot be read
    occurred_at         timestamptz NOT NULL,
    duplicate           boolean     NOT NULL,
    key_id              text        NOT NULL, -- the webhook key it came by
    raw                 bytea       NOT NULL, -- the body, byte for byte
    PRIMARY KEY (service_id, eid, received_at, id)
) PARTITION BY RANGE (received_at);

-- What arrived with a good key and could not be understood.
CREATE TABLE quarantine (
    received_at timestamptz NOT NULL,
    id          uuid        NOT NULL,
    reason      text        NOT NULL,
    detail      text        NOT NULL,
    key_id      text        NOT NULL,
    raw         bytea       NOT NULL,
    retried_at  timestamptz, -- put through again, and understood
    PRIMARY KEY (received_at, id)
);

-- The fold of each enquiry's deliveries; durations in microseconds.
CREATE TABLE enquiries (
    service_id          text COLLATE "C" NOT NULL,
    eid                 text COLLATE "C" NOT NULL,
    display_case_number text        NOT NULL,
    case_key            text COLLATE "C" NOT NULL, -- display_case_number as it is searched
    status              text        NOT NULL CHECK (status IN ('Opened', 'Handling', 'Missed', 'Closed')),
    channel             text COLLATE "C" NOT NULL,
    channel_ori         text COLLATE "C" NOT NULL,
    social_id           text        NOT NULL,
    destination         text COLLATE "C" NOT NULL,
    destination_types   text[]      NOT NULL,
    started_at          timestamptz NOT NULL, -- opened_at, else the first transition
    opened_at           timestamptz,
    handling_at         timestamptz,
    missed_at           timestamptz,
    closed_at           timestamptz,
    waiting_since       timestamptz,
    last_transition_at  timestamptz NOT NULL,
    wait_us             bigint CHECK (wait_us >= 0),
    handle_us           bigint CHECK (handle_us >= 0),
    time_to_miss_us     bigint CHECK (time_to_miss_us >= 0),
    recovery_us         bigint CHECK (recovery_us >= 0),
    reached_closed      boolean     NOT NULL,
    clock               text        NOT NULL CHECK (clock IN ('sender', 'receiver')),
    first_received_at   timestamptz NOT NULL,
    last_received_at    timestamptz NOT NULL,
    seq                 bigint      NOT NULL, -- the position that last changed it
    PRIMARY KEY (service_id, eid),
    CHECK ((status = 'Closed') = (closed_at IS NOT NULL)),
    CHECK ((status = 'Opened') = (waiting_since IS NOT NULL)),
    CHECK (status <> 'Opened' OR opened_at IS NOT NULL),
    CHECK (status <> 'Handling' OR handling_at IS NOT NULL),
    CHECK (status <> 'Missed' OR missed_at IS NOT NULL),
    CHECK (wait_us IS NULL OR (opened_at IS NOT NULL AND handling_at IS NOT NULL)),
    CHECK (handle_us IS NULL OR (status = 'Closed' AND handling_at IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX enquiries_started ON enquiries (started_at, service_id, eid);
CREATE INDEX enquiries_case ON enquiries (case_key, service_id, eid);
-- Rare values, and which values there are. Every row of a value shares one entry: 6 bytes a row.
CREATE INDEX enquiries_channel ON enquiries (channel);
CREATE INDEX enquiries_origin ON enquiries (channel_ori);
CREATE INDEX enquiries_destination ON enquiries (destination, service_id);

-- A part of a case number. Without the extension it is found by reading all case numbers.
-- +goose StatementBegin
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX enquiries_case_part ON enquiries USING gin (case_key gin_trgm_ops);
EXCEPTION
    WHEN undefined_file OR feature_not_supported OR insufficient_privilege OR undefined_object THEN
        RAISE NOTICE 'pg_trgm is not available: parts of case numbers are searched without an index';
END
$$;
-- +goose StatementEnd
-- For periods by another time than the opening. Before PostgreSQL 16 a BRIN
-- index, too, costs an update its place in the page: recording a delivery took
-- twice as long.
-- +goose StatementBegin
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        CREATE INDEX enquiries_times ON enquiries USING brin (handling_at, missed_at, closed_at) WITH (pages_per_range = 32);
    END IF;
END
$$;
-- +goose StatementEnd

-- Which enquiries may be on the live board: all that are Opened or Handling,
-- and those Missed or Closed until some time after they have left it. An index
-- for this on enquiries would be on columns that every delivery changes, and
-- cost every update its place in the page.
CREATE TABLE board (
    service_id text COLLATE "C" NOT NULL,
    eid        text COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, eid)
);

-- Which enquiries each position changed, for feeds that catch up; kept a day.
CREATE TABLE changes (
    seq        bigint      PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    service_id text[]      NOT NULL, -- keys, side by side
    eid        text[]      NOT NULL
);

-- +goose Down
DROP TABLE changes, board, enquiries, quarantine, transitions, installation;
