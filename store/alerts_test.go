package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestAlertsAreEachUsersOwn(t *testing.T) {
	s, ctx := storetest.New(t), t.Context()
	ann, err := s.CreateUser(ctx, "ann@example.com", access.Viewer, "hash")
	must(t, err)
	check := func(userID string, want store.Alerts) {
		t.Helper()
		got, err := s.Alerts(ctx, userID)
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", userID, d)
		}
	}
	silent := store.Alerts{Volume: 2}
	check(ann.ID, silent)
	check("", silent)
	loud := store.Alerts{Sound: true, Volume: 3, Notify: true, Warn: true, Muted: true, SnoozedUntil: time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)}
	must(t, s.SetAlerts(ctx, ann.ID, loud))
	check(ann.ID, loud)
	check("", silent)
	demo := store.Alerts{Sound: true, Volume: 1}
	must(t, s.SetAlerts(ctx, "", loud))
	must(t, s.SetAlerts(ctx, "", demo)) // one row, also of nobody's
	check("", demo)
	check(ann.ID, loud)
}
