package feed_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
)

// Deliveries do not tell who has seen a wait; the board keeps it while that wait lasts.
func TestSeenLastsAsLongAsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(feed.Config{})
		defer b.stop()
		seenBy := func() string {
			es, _ := b.Board(all())
			if len(es) != 1 {
				t.Fatalf("the board has %v", es)
			}
			return es[0].Seen.By
		}
		wait := in(1, enquiry.Opened, "A")
		wait.WaitingSince = time.Now()
		b.change(wait)
		seen := wait
		seen.Seen = enquiry.Seen{By: "ann", At: time.Now()}
		b.change(seen)
		b.change(wait) // a repeat
		if got := seenBy(); got != "ann" {
			t.Errorf("after a repeat it is seen by %q", got)
		}
		again := wait
		again.WaitingSince = wait.WaitingSince.Add(time.Minute)
		b.change(again)
		if got := seenBy(); got != "" {
			t.Errorf("another wait is seen by %q", got)
		}
		b.change(seen)
		b.change(in(1, enquiry.Handling, "A"))
		if got := seenBy(); got != "" {
			t.Errorf("a wait that has ended is seen by %q", got)
		}
	})
}
