-- +goose Up

-- How each user is told that somebody waits too long; nobody's row is the
-- demonstration's, which has no users.
CREATE TABLE alerts (
    user_id       uuid     UNIQUE NULLS NOT DISTINCT REFERENCES users ON DELETE CASCADE,
    sound         boolean  NOT NULL,
    volume        smallint NOT NULL CHECK (volume BETWEEN 1 AND 3),
    notify        boolean  NOT NULL, -- by the browser, while the board's tab is hidden
    warn          boolean  NOT NULL, -- at the warning, too, and not only at the breach
    muted         boolean  NOT NULL,
    snoozed_until timestamptz
);

-- Who has seen that an enquiry waits too long: of the wait that began then,
-- and of no other. It is no transition.
CREATE TABLE acknowledgements (
    service_id    text COLLATE "C" NOT NULL,
    eid           text COLLATE "C" NOT NULL,
    waiting_since timestamptz      NOT NULL,
    actor         text             NOT NULL,
    at            timestamptz      NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service_id, eid)
);

-- +goose Down
DROP TABLE acknowledgements, alerts;
