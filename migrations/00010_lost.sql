-- +goose Up

-- How long an enquiry may stay Opened or Handling with nothing heard of it
-- before its end is taken to have been lost; null: for ever.
ALTER TABLE targets
    ADD COLUMN lost_waiting_us  bigint CHECK (lost_waiting_us > 0),
    ADD COLUMN lost_handling_us bigint CHECK (lost_handling_us > 0);

-- What people noted about enquiries. A note changes no transition: it takes a
-- position, which becomes its enquiry's seq, and stands for as long as that is
-- so. Whatever is heard of the enquiry later moves its seq on.
CREATE TABLE annotations (
    service_id text COLLATE "C" NOT NULL,
    eid        text COLLATE "C" NOT NULL,
    seq        bigint           NOT NULL,
    at         timestamptz      NOT NULL DEFAULT clock_timestamp(),
    actor      text             NOT NULL,
    what       text             NOT NULL CHECK (what IN ('ended', 'taken back')), -- ended without a word
    PRIMARY KEY (service_id, eid, seq)
);

-- +goose Down
DROP TABLE annotations;
ALTER TABLE targets DROP COLUMN lost_waiting_us, DROP COLUMN lost_handling_us;
