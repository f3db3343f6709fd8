package store

// What housekeeping does every hour, for tests.
var (
	PruneBoard   = (*Store).pruneBoard
	PruneChanges = (*Store).pruneChanges
	PruneSeen    = (*Store).pruneSeen
)
