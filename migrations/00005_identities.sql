-- +goose Up

-- Who somebody is to a sign-in provider (OpenID Connect); empty: nobody. An account that
-- only the provider vouches for has an empty hash, which no password has.
ALTER TABLE users
    ADD COLUMN issuer  text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN subject text COLLATE "C" NOT NULL DEFAULT '',
    ADD CONSTRAINT users_identity_whole CHECK ((issuer = '') = (subject = ''));
CREATE UNIQUE INDEX users_identity ON users (issuer, subject) WHERE issuer <> '';

-- The language that somebody chose for the pages; empty: the one that the browser asks for.
ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN language, DROP COLUMN subject, DROP COLUMN issuer;
