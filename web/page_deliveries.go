package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
)

const deliveriesPerPage = 50

// deliveriesPage lists what was quarantined and why, the newest first.
func (s *server) deliveriesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	before, err := readDeliveries(q)
	if err != nil {
		return err
	}
	list, err := s.Store.Quarantine(r.Context(), q.Get("reason"), before, deliveriesPerPage)
	if err != nil {
		return err
	}
	keys, err := s.keyNames(r)
	if err != nil {
		return err
	}
	d := views.Deliveries{Reason: q.Get("reason"), Now: time.Now(), Zone: s.settings.get(r.Context()).zone(nil)}
	for _, one := range list {
		d.Rows = append(d.Rows, views.Quarantined{
			ReceivedAt: one.ReceivedAt, RetriedAt: one.RetriedAt, Reason: one.Reason, Detail: one.Detail, Key: keys[one.KeyID], Raw: one.Raw,
		})
	}
	if n := len(list); n == deliveriesPerPage {
		q.Set("before", enquiry.TimeText(list[n-1].ReceivedAt, time.UTC))
		d.Older = "/deliveries?" + q.Encode()
	}
	return render(w, r, http.StatusOK, views.DeliveriesPage(s.frame(r, "Deliveries", "/deliveries"), d))
}

// readDeliveries checks the page's parameters and gives the time of before.
func readDeliveries(q url.Values) (before time.Time, err error) {
	for name := range q {
		if name != "reason" && name != "before" {
			return before, &enquiry.BadParameter{Name: name, Reason: "is not a parameter here: use reason or before"}
		}
	}
	if _, err := single(q, "reason"); err != nil {
		return before, err
	}
	text, err := single(q, "before")
	if err != nil || text == "" {
		return before, err
	}
	if before, err = time.Parse(time.RFC3339, text); err != nil {
		return before, &enquiry.BadParameter{Name: "before", Reason: "is not a time: write 2006-01-02T15:04:05Z"}
	}
	return before, nil
}

// keyNames are the webhook keys' names by id.
func (s *server) keyNames(r *http.Request) (map[string]string, error) {
	keys, err := s.Store.WebhookKeys(r.Context())
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(keys))
	for _, k := range keys {
		names[k.ID] = k.Name
	}
	return names, nil
}
