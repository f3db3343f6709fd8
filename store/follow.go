package store

import (
	"context"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Board reads the live board and its position in one snapshot.
func (s *Store) Board(ctx context.Context, now time.Time) (enquiry.Change, error) {
	panic("not built")
}

// Follower turns this program's commits and other replicas' notifications into
// one ordered stream of changes.
type Follower struct{}

// FollowerConfig says where the changes go.
type FollowerConfig struct {
	Apply func(enquiry.Change) // in order of Seq, the first one Whole; from one goroutine
	State func(err error)      // nil: following; else why not, on each change of state
	Poll  time.Duration        // safety net beside LISTEN; default 2 s
}

// NewFollower prepares it.
func NewFollower(s *Store, c FollowerConfig) *Follower { panic("not built") }

// Committed hands it a commit of this program, to spare a read. It never blocks.
func (f *Follower) Committed(c enquiry.Change) { panic("not built") }

// Run follows until ctx ends: listens first, reads the whole board, then keeps up.
func (f *Follower) Run(ctx context.Context) error { panic("not built") }
