package store

// What housekeeping does every hour, for tests.
var (
	PruneBoard   = (*Store).pruneBoard
	PruneChanges = (*Store).pruneChanges
	PruneSeen    = (*Store).pruneSeen
)

// WithEnquiry are the tables from which rows go with their enquiry.
var WithEnquiry = withEnquiry
