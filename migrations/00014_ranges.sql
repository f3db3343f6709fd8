-- +goose Up

-- Where in the table numbers lie, roughly: they are given in turn. With the index
-- of parts it finds what has a part among the newest numbers, without fetching the
-- hundreds of thousands that have it in what all numbers of a past month share.
-- From PostgreSQL 16 on an update that writes to one BRIN index writes to all of
-- them, so there is one; before, it must not be of times (see enquiries_times).
-- +goose StatementBegin
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        DROP INDEX IF EXISTS enquiries_times; -- none was made before 16
        CREATE INDEX enquiries_ranges ON enquiries USING brin (handling_at, missed_at, closed_at, case_key) WITH (pages_per_range = 32);
    ELSE
        CREATE INDEX enquiries_ranges ON enquiries USING brin (case_key);
    END IF;
END
$$;
-- +goose StatementEnd

-- So that those are known from the statistics, too: a month may be one per cent of all.
ALTER TABLE enquiries ALTER COLUMN case_key SET STATISTICS 200;

-- +goose Down
ALTER TABLE enquiries ALTER COLUMN case_key SET STATISTICS -1;
DROP INDEX enquiries_ranges;
-- +goose StatementBegin
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        CREATE INDEX enquiries_times ON enquiries USING brin (handling_at, missed_at, closed_at) WITH (pages_per_range = 32);
    END IF;
END
$$;
-- +goose StatementEnd
