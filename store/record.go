package store

import (
	"context"
	"errors"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Delivery is one POST that came by a good key: a transition, or with a Reason
// something to keep in quarantine.
type Delivery struct {
	ID         enquiry.ID
	ReceivedAt time.Time
	KeyID      string
	Raw        []byte             // the body, byte for byte
	Transition enquiry.Transition // its ID and ReceivedAt are set from above
	Reason     string             // not empty: quarantined; Transition is not used
	Detail     string
}

// ErrBusy means that more deliveries wait than the recorder holds.
var ErrBusy = errors.New("too many deliveries are waiting")

// Recorder makes deliveries durable: concurrent ones join the next commit.
type Recorder struct {
	store *Store
}

// RecorderConfig has sensible defaults.
type RecorderConfig struct {
	Queue    int                  // deliveries that may wait; default 8192
	Batch    int                  // deliveries in one commit; default 256
	OnCommit func(enquiry.Change) // called after each commit, in the order of Seq; must not block
}

// NewRecorder starts it.
func NewRecorder(s *Store, c RecorderConfig) *Recorder { panic("not built") }

// Stamp gives a delivery its ID and ReceivedAt, strictly increasing.
func (r *Recorder) Stamp(d *Delivery) { panic("not built") }

// Record returns nil when d is on disk. It does not stop when ctx ends: the
// delivery is kept all the same. ErrBusy and ErrUnavailable mean that it is
// not kept here; another error that it may be.
func (r *Recorder) Record(ctx context.Context, d Delivery) error { panic("not built") }

// Close commits what waits and stops.
func (r *Recorder) Close() { panic("not built") }
