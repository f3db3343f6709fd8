package store_test

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// What has little time has no more of it where a part of it may take longer.
func TestAShortTimeHoldsWithinIt(t *testing.T) {
	s := open(t, storetest.URL(t))
	for _, outer := range [][]time.Duration{
		{time.Millisecond}, {999 * time.Millisecond, time.Hour}, {time.Hour, 2 * time.Millisecond}, {time.Second}, {1001 * time.Millisecond},
	} {
		inTime, err := store.TimedWithin(t.Context(), s, time.Hour, outer...)
		must(t, err)
		if inTime {
			t.Errorf("%v let something take two seconds", outer)
		}
	}
}
