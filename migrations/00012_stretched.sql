-- +goose Up

-- Enquiries that were under way outside of the week that begins with
-- started_at, or heard of for longer than a week. The board of a past moment is looked for among those that started
-- in the week before it, these, and those that are under way now.
CREATE TABLE stretched (
    service_id text COLLATE "C" NOT NULL,
    eid        text COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, eid)
);
INSERT INTO stretched (service_id, eid)
    SELECT service_id, eid FROM enquiries WHERE last_transition_at > started_at + interval '168 hours'
        OR last_received_at > started_at + interval '168 hours' AND first_received_at < started_at + interval '720 hours'
    UNION
    SELECT t.service_id, t.eid FROM transitions t JOIN enquiries e USING (service_id, eid)
    WHERE t.occurred_at < e.started_at AND NOT t.duplicate;

-- +goose Down
DROP TABLE stretched;
