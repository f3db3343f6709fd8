package store_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestRefoldMendsWhatIsWrong(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	r := recorder(t, s, store.RecorderConfig{})
	rnd := rand.New(rand.NewPCG(1, 2))
	all := map[enquiry.Key][]enquiry.Transition{}
	for range 200 {
		d := anyDelivery(rnd, r, 30)
		all[d.Transition.Key] = append(all[d.Transition.Key], d.Transition)
		if err := r.Record(d); err != nil {
			t.Fatal(err)
		}
	}

	type counts struct{ Checked, Changed int64 }
	refold := func(report func(k enquiry.Key, before, after enquiry.Enquiry)) counts {
		t.Helper()
		checked, changed, err := s.Refold(t.Context(), report)
		if err != nil {
			t.Fatal(err)
		}
		return counts{checked, changed}
	}
	position := query[int64](t, url, `SELECT position FROM installation`)
	if got, want := refold(nil), (counts{int64(len(all)), 0}); got != want {
		t.Errorf("nothing is wrong, and refold says %+v, not %+v", got, want)
	}
	if now := query[int64](t, url, `SELECT position FROM installation`); now != position {
		t.Errorf("nothing was wrong, and the position went from %d to %d", position, now)
	}

	execute(t, url, `DELETE FROM enquiries WHERE eid = 'e0000'`)
	execute(t, url, `UPDATE enquiries SET channel = 'LINE', first_received_at = now() WHERE eid = 'e0001'`)
	execute(t, url, `UPDATE transitions SET duplicate = NOT duplicate WHERE eid = 'e0002'`)
	reported := map[string]string{}
	got := refold(func(k enquiry.Key, before, after enquiry.Enquiry) {
		reported[k.EID] = before.Channel + "→" + after.Channel
	})
	if want := (counts{int64(len(all)), 3}); got != want {
		t.Errorf("refold says %+v, not %+v", got, want)
	}
	if diff := cmp.Diff(map[string]string{"e0000": "→WHATSAPP", "e0001": "LINE→WHATSAPP", "e0002": "WHATSAPP→WHATSAPP"}, reported); diff != "" {
		t.Error(diff)
	}
	for k, deliveries := range all {
		e, ts, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, k)
		if err != nil {
			t.Fatal(err)
		}
		want, settled := enquiry.Fold(deliveries)
		want.Seq = e.Seq
		sameFold(t, e, ts, want, settled)
	}
	if keys := query[[]string](t, url, `SELECT eid FROM changes ORDER BY seq DESC LIMIT 1`); len(keys) != 3 {
		t.Errorf("followers are told of %v", keys)
	}
}

func TestRetryQuarantine(t *testing.T) {
	url := storetest.URL(t)
	s := open(t, url)
	execute(t, url, `INSERT INTO webhook_keys (id, name) VALUES ('key', 'CINNOX')`)
	r := recorder(t, s, store.RecorderConfig{})
	stamped := map[string]store.Delivery{}
	for _, raw := range []string{"understood", "still not", "refused", "also understood"} {
		d := store.Delivery{KeyID: "key", Raw: []byte(raw), Reason: "unknown-status"}
		r.Stamp(&d)
		stamped[raw] = d
		if err := r.Record(d); err != nil {
			t.Fatal(err)
		}
	}
	parse := func(raw []byte) (enquiry.Transition, string, string) {
		tr := enquiry.Transition{Key: eid(1), Status: enquiry.Opened, CaseNumber: "C-1", Channel: "LINE"}
		switch string(raw) {
		case "still not":
			return enquiry.Transition{}, "unknown-status", "as before"
		case "refused":
			tr.SocialID = "\x00"
		case "also understood":
			tr.Status = enquiry.Closed
		}
		return tr, "", ""
	}
	type counts struct{ Retried, Understood int64 }
	for _, want := range []counts{{4, 2}, {2, 0}} {
		retried, understood, err := s.RetryQuarantine(t.Context(), parse)
		if got := (counts{retried, understood}); err != nil || got != want {
			t.Errorf("retried and understood: %+v, not %+v (%v)", got, want, err)
		}
	}

	e, ts, _, err := s.Enquiry(t.Context(), enquiry.Scope{}, eid(1))
	if err != nil {
		t.Fatal(err)
	}
	var deliveries []enquiry.Transition
	for _, raw := range []string{"understood", "also understood"} {
		d := stamped[raw]
		tr, _, _ := parse(d.Raw)
		tr.ID, tr.ReceivedAt = d.ID, d.ReceivedAt
		deliveries = append(deliveries, tr)
	}
	want, settled := enquiry.Fold(deliveries)
	want.Seq = e.Seq
	sameFold(t, e, ts, want, settled)
	left, err := s.Quarantine(t.Context(), store.QuarantineQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, q := range left {
		done[string(q.Raw)] = !q.RetriedAt.IsZero()
	}
	if diff := cmp.Diff(map[string]bool{"understood": true, "also understood": true, "still not": false, "refused": false},
		done, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if n := query[int](t, url, `SELECT deliveries FROM webhook_keys`); n != 4 {
		t.Errorf("the key counts %d deliveries: a retry is none", n)
	}
}
