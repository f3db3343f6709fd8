-- +goose Up

-- Where in the table numbers lie, roughly: they are given in turn. With the index
-- of parts it finds what has a part among the newest numbers, without fetching the
-- hundreds of thousands that have it in what all numbers of a past month share.
CREATE INDEX enquiries_case_ranges ON enquiries USING brin (case_key);

-- So that those are known from the statistics, too: a month may be one per cent of all.
ALTER TABLE enquiries ALTER COLUMN case_key SET STATISTICS 200;

-- +goose Down
ALTER TABLE enquiries ALTER COLUMN case_key SET STATISTICS -1;
DROP INDEX enquiries_case_ranges;
