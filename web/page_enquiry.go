package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

const payloadsShown = 50 // of one enquiry

// enquiryPage is one enquiry: its timeline and what came in.
func (s *server) enquiryPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	f, err := zoneOnly(q)
	if err != nil {
		return err
	}
	k := enquiry.Key{ServiceID: r.PathValue("serviceId"), EID: r.PathValue("eid")}
	e, ts, seq, err := s.Store.Enquiry(r.Context(), who(r).Scope, k)
	if errors.Is(err, store.ErrNotFound) {
		return &fault{status: http.StatusNotFound, message: "There is no enquiry %s of service %s here. Search for its case number instead.", args: []any{k.EID, k.ServiceID}}
	}
	if err != nil {
		return err
	}
	settings := s.settings.get(r.Context())
	v := views.EnquiryView{
		Enquiry: views.Enquiry{Enquiry: e, DestinationName: settings.names.of(e.ServiceID, e.Destination)},
		Now:     time.Now(),
		Zone:    f.Zone,
	}
	if !f.ZoneGiven {
		v.Zone = settings.zone([]string{e.ServiceID})
	}
	if v.Transitions, err = s.withPayloads(r, ts); err != nil {
		return err
	}
	for i, t := range ts { // a transfer has been at others
		v.Transitions[i].DestinationName = settings.names.of(t.ServiceID, t.Destination)
	}
	if v.Remarks, err = s.remarks(r.Context(), &e); err != nil {
		return err
	}
	w.Header().Set(seqHeader, s.seqText(seq))
	title := e.CaseNumber
	if title == "" {
		title = "Enquiry " + e.EID
	}
	return render(w, r, http.StatusOK, views.EnquiryPage(s.frame(r, title, "/enquiries"), v))
}

// withPayloads adds the bodies that transitions came in.
func (s *server) withPayloads(r *http.Request, ts []enquiry.Transition) ([]views.Delivery, error) {
	list := make([]views.Delivery, len(ts))
	for i, t := range ts {
		list[i].Transition = t
		if i >= payloadsShown {
			continue
		}
		raw, err := s.Store.Raw(r.Context(), t)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // retention may have dropped it
			return nil, err
		}
		list[i].Raw = raw
	}
	return list, nil
}
