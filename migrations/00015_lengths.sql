-- +goose Up

-- How long numbers are. The index of numbers then says what has a part of one,
-- too, without 14's index of where they lie and its statistics.
CREATE INDEX enquiries_lengths ON enquiries (length(case_key));
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

-- +goose Down
DROP INDEX enquiries_lengths;
ALTER TABLE enquiries ALTER COLUMN case_key SET STATISTICS 200;
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
