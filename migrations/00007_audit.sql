-- +goose Up

-- Who did what, when and from where. Nobody changes or deletes an entry, this
-- program's own user included.
CREATE TABLE audit (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text        NOT NULL, -- an e-mail address, a token's name, or "command line"
    address text        NOT NULL, -- empty for a command
    area    text COLLATE "C" NOT NULL,
    action  text        NOT NULL,
    subject text        NOT NULL, -- what it was done to
    detail  text        NOT NULL
);
CREATE INDEX audit_area ON audit (area, id);
CREATE INDEX audit_subject ON audit (lower(subject), id);

-- +goose StatementBegin
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- What an account or token is limited to; empty: nothing is kept from it.
ALTER TABLE users
    ADD COLUMN services     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN destinations text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT users_admin_unlimited CHECK (role <> 'admin' OR services = '{}' AND destinations = '{}');
ALTER TABLE tokens
    ADD COLUMN services     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN destinations text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT tokens_admin_unlimited CHECK (role <> 'admin' OR services = '{}' AND destinations = '{}');
ALTER TABLE links
    ADD COLUMN id           uuid   NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- to take it back by
    ADD COLUMN services     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN destinations text[] NOT NULL DEFAULT '{}';
ALTER TABLE user_sessions
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE; -- to end it by

-- +goose Down
ALTER TABLE user_sessions DROP COLUMN id;
ALTER TABLE links DROP COLUMN id, DROP COLUMN services, DROP COLUMN destinations;
ALTER TABLE tokens DROP COLUMN services, DROP COLUMN destinations;
ALTER TABLE users DROP COLUMN services, DROP COLUMN destinations;
DROP TABLE audit;
DROP FUNCTION audit_is_append_only;
