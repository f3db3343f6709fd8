-- +goose Up

-- What was written whole, and what its bytes are, for who wants to know
-- whether a file is all there; kept a month. The audit log says the same for ever.
CREATE TABLE exports (
    id       text COLLATE "C" PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor    text        NOT NULL,
    manifest json        NOT NULL
);
CREATE INDEX exports_at ON exports (at);

-- +goose Down
DROP TABLE exports;
