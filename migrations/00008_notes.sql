-- +goose Up

-- What people noted of an enquiry, beside what CINNOX reported of it. A note is
-- never changed, and is deleted only after its enquiry.
CREATE TABLE notes (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id text COLLATE "C" NOT NULL,
    eid        text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    author     text        NOT NULL CHECK (author <> ''),
    body       text        NOT NULL CHECK (body <> '')
);
CREATE INDEX notes_enquiry ON notes (service_id, eid, id);

-- +goose StatementBegin
CREATE FUNCTION notes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM enquiries e WHERE e.service_id = OLD.service_id AND e.eid = OLD.eid) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a note can only be added' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER notes_kept BEFORE UPDATE OR DELETE ON notes FOR EACH ROW EXECUTE FUNCTION notes_are_kept();
CREATE TRIGGER notes_kept_whole BEFORE TRUNCATE ON notes FOR EACH STATEMENT EXECUTE FUNCTION notes_are_kept();

-- Case numbers are searched without characters that cannot be seen, and with
-- full-width ones as their usual likes.
UPDATE enquiries SET case_key = ltrim(translate(
        regexp_replace(case_key, '[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]', '', 'g'),
        (SELECT string_agg(chr(65281 + i), '' ORDER BY i) FROM generate_series(0, 93) i),
        (SELECT string_agg(chr(33 + i), '' ORDER BY i) FROM generate_series(0, 93) i)), '#')
WHERE case_key ~ '[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\uff01-\uff5e]';

-- +goose Down
DROP TABLE notes;
DROP FUNCTION notes_are_kept;
