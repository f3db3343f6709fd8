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
	a := &alive{hearts: map[string]*heart{"svc": h}, server: &server{arrivals: &arrivals{}, Config: Config{
		Cinnox: subscription.New(subscription.Config{Store: st}), Log: slog.New(slog.DiscardHandler)}}}
	// look lets time pass since the last delivery, and says how often it asked.
	look := func(silent time.Duration, times int) {
		t.Helper()
		before := asked.Load()
		for range times {
			now = now.Add(silent)
			h.verdict = h.model.Judge(pulse.Now{At: now, Last: h.last})
			a.ask(t.Context(), now)
			a.ended.Wait()
		}
		if n := asked.Load() - before; n != int64(times) {
			t.Errorf("asked %d times, want %d", n, times)
		}
	}
	alarm := func() bool { return a.heard(enquiry.Filter{})[0].level() == pulse.Alarm }

	broken.Store(1)
	h.last = now
	if look(time.Minute, 3); alarm() {
		t.Error("an alarm, though it never answered from here")
	}
	broken.Store(0)
	look(time.Minute, 1)
	broken.Store(1)
	if look(time.Minute, 1); alarm() {
		t.Error("an alarm for one answer that failed")
	}
	look(30*time.Second, 1)
	said := a.heard(enquiry.Filter{})[0].say(now, time.UTC)
	if !alarm() || said.Level != pulse.Alarm || said.Closed.HTTP != http.StatusBadGateway || said.Silent != 5*time.Minute {
		t.Errorf("it says %+v", said)
	}
	broken.Store(0)
	if look(30*time.Second, 1); alarm() {
		t.Error("the alarm stays when it answers again")
	}
	broken.Store(1)
	look(time.Minute, 2)
	h.hear([]time.Time{now.Add(time.Second)}, a.outside.Closed())
	a.ask(t.Context(), now.Add(2*time.Second))
	if alarm() || h.gap.to != h.last {
		t.Errorf("the alarm stays when deliveries come again: %v; the gap: %v", alarm(), h.gap)
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
	h.hear([]time.Time{now.Add(-time.Second)}, false)
	if want := (gap{before, now.Add(-time.Second)}); h.gap != want {
		t.Errorf("the gap is %v, not %v", h.gap, want)
	}
}
