package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/pulse"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/subscription"
)

// A silence that says little by itself is an alarm when nothing can come.
func TestAnOddSilenceMakesItLookFromOutside(t *testing.T) {
	var broken, asked atomic.Int64
	webhook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var body struct{ Challenge string }
		if broken.Load() > 0 || json.NewDecoder(r.Body).Decode(&body) != nil {
			http.Error(w, "no upstream", http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, `{"code":0,"result":{"challenge":%q}}`, body.Challenge)
	}))
	defer webhook.Close()
	st := storetest.New(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(st.SetSubscription(t.Context(), store.Subscription{State: store.SubscriptionEnabled, URL: webhook.URL + "/webhooks/cinnox/k"}, "", ""))

	now := time.Now()
	h := &heart{service: "svc", model: pulse.Learn(pulse.History{Zone: time.UTC, Since: now, Until: now})}
	a := &alive{hearts: map[string]*heart{"svc": h}, server: &server{Config: Config{
		Cinnox: subscription.New(subscription.Config{Store: st}), Log: slog.New(slog.DiscardHandler)}}}
	lively, odd := pulse.Verdict{}, pulse.Verdict{PerHour: 0.5, Expected: 4, Silent: 3 * time.Minute}
	look := func(v pulse.Verdict, later time.Duration) {
		t.Helper()
		h.verdict, now = v, now.Add(later)
		a.checkIn(t.Context(), now)
		a.ended.Wait()
	}
	alarm := func() bool { return a.heard(enquiry.Filter{})[0].level() == pulse.Alarm }

	broken.Store(1)
	look(lively, 0) // this machine does not see itself from outside, …
	for range 3 {
		look(odd, checkDoubts)
	}
	if asked.Load() != 4 || alarm() {
		t.Fatalf("asked %d times; alarm: %v, though it never answered", asked.Load(), alarm())
	}
	broken.Store(0)
	look(lively, checkTrusts) // … and now it does
	look(lively, time.Minute)
	if asked.Load() != 5 {
		t.Errorf("asked %d times: while deliveries come, once an hour will do", asked.Load())
	}
	broken.Store(1)
	look(odd, checkDoubts)
	if alarm() {
		t.Error("an alarm for one answer that failed")
	}
	look(odd, checkAgain)
	said := a.heard(enquiry.Filter{})[0].say(now, time.UTC)
	if !alarm() || said.Level != pulse.Alarm || said.Closed.HTTP != http.StatusBadGateway || said.Silent != 3*time.Minute {
		t.Errorf("it says %+v", said)
	}
	broken.Store(0)
	look(odd, checkAgain)
	if alarm() {
		t.Error("the alarm stays when it answers again")
	}
	broken.Store(1)
	look(odd, checkDoubts)
	look(odd, checkAgain)
	look(lively, time.Second)
	if alarm() || a.outside.problem != nil {
		t.Error("the alarm stays when deliveries come again")
	}
}

// A delivery that ends a silence may be read with what began lately before the
// board is looked at.
func TestAGapIsNotedThoughWhatEndedItWasReadBefore(t *testing.T) {
	now := time.Now()
	before := now.Add(-50 * time.Minute)
	h := &heart{service: "svc", model: &pulse.Model{}, quarters: map[int64]int{}, last: before, verdict: pulse.Verdict{Level: pulse.Alarm}}
	a := &alive{hearts: map[string]*heart{"svc": h}}
	a.count([]store.Began{{ServiceID: "svc", At: pulse.Quarter(now), N: 1, Last: now.Add(-2 * time.Second)}})
	h.hear([]time.Time{now.Add(-time.Second)})
	if want := (gap{before, now.Add(-time.Second)}); h.gap != want {
		t.Errorf("the gap is %v, not %v", h.gap, want)
	}
}
