package web

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
	"github.com/enquiryboard/enquiryboard/store/storetest/faultproxy"
)

// What comes while the database is away is noted, once, when it is back.
func TestArrivalsOutliveAnAbsentDatabase(t *testing.T) {
	proxy := faultproxy.New(t, storetest.URL(t))
	st, err := store.New(context.Background(), store.Config{URL: proxy.URL, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.Close)
	a := &arrivals{server: &server{Config: Config{Store: st, Log: slog.New(slog.DiscardHandler)}}, first: map[string]store.Sample{},
		latest: map[string]store.Sample{}, rejected: map[string]store.Rejection{}, heard: map[store.Destination]bool{}}
	start := time.Now().Truncate(time.Microsecond)
	comes := func(second int) {
		d := store.Delivery{KeyID: "key", ID: enquiry.ID{byte(second)}, ReceivedAt: start.Add(time.Duration(second) * time.Second)}
		d.Transition = enquiry.Transition{Key: enquiry.Key{ServiceID: "svc", EID: "e"}, Destination: "bot"}
		a.kept(&d)
		a.turnedAway("")
	}
	comes(1)
	proxy.Cut()
	a.write()
	comes(2)
	a.write()
	proxy.Mend()
	comes(3)
	for range 2 {
		a.write()
	}
	samples, err := st.Samples(t.Context(), "key")
	if err != nil || len(samples) != 2 || !samples[store.FirstSample].ReceivedAt.Equal(start.Add(time.Second)) || !samples[store.LatestSample].ReceivedAt.Equal(start.Add(3*time.Second)) {
		t.Errorf("%+v, %v", samples, err)
	}
	rejected, err := st.Rejections(t.Context(), start.Add(-time.Hour))
	if err != nil || len(rejected) != 1 || rejected[0].Count != 3 {
		t.Errorf("%+v, %v", rejected, err)
	}
	destinations, err := st.Destinations(t.Context())
	if err != nil || len(destinations) != 1 || destinations[0].ID != "bot" {
		t.Errorf("%+v, %v", destinations, err)
	}
}
