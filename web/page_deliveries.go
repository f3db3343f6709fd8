package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

const (
	deliveriesPerPage = 50
	deliveryDays      = 31 // that are counted
)

// deliveriesPage lists what was quarantined and why, the newest first.
func (s *server) deliveriesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	d := views.Deliveries{Now: time.Now(), Zone: s.settings.get(r.Context()).zone(nil)}
	chosen, err := readDeliveries(q, d.Zone)
	if err != nil {
		return err
	}
	list, err := s.Store.Quarantine(r.Context(), chosen)
	if err != nil {
		return err
	}
	keys, err := s.keyNames(r)
	if err != nil {
		return err
	}
	d.Reason, d.Day, d.Said = q.Get("reason"), q.Get("day"), said(lang.From(r.Context()), q)
	for _, one := range list {
		d.Rows = append(d.Rows, views.Quarantined{
			ReceivedAt: one.ReceivedAt, RetriedAt: one.RetriedAt, Reason: one.Reason, Detail: one.Detail, Key: keys[one.KeyID], Raw: one.Raw,
		})
	}
	if n := len(list); n == deliveriesPerPage {
		d.Older = views.DeliveriesHref(d.Reason, d.Day, deliveryCursor(list[n-1]))
	}
	if d.Days, err = s.deliveryDays(r, d.Now, d.Zone); err != nil {
		return err
	}
	return render(w, r, http.StatusOK, views.DeliveriesPage(s.frame(r, lang.From(r.Context()).T("Deliveries"), "/deliveries"), d))
}

// deliveryDays counts what was kept apart lately.
func (s *server) deliveryDays(r *http.Request, now time.Time, zone *time.Location) (days []views.QuarantineDay, err error) {
	y, m, day := now.In(zone).Date()
	counts, err := s.Store.QuarantineCounts(r.Context(), enquiry.StartOfDay(y, m, day-deliveryDays+1, zone), zone)
	for _, c := range counts {
		days = append(days, views.QuarantineDay{
			Day: c.Day.In(zone).Format(time.DateOnly), Reason: c.Reason, Count: c.Count, Open: c.Open,
		})
	}
	return days, err
}

// retryDeliveries puts everything in quarantine through again: after an
// upgrade, or with another list of services, more may be understood.
func (s *server) retryDeliveries(w http.ResponseWriter, r *http.Request) error {
	retried, understood, err := s.Store.RetryQuarantine(r.Context(), s.Services.Reread)
	if err != nil {
		return err
	}
	s.Log.Info("quarantined deliveries put through again", "retried", retried, "understood", understood)
	http.Redirect(w, r, views.RetriedHref(retried, understood), http.StatusSeeOther)
	return nil
}

// said is what putting deliveries through again has come to, on the page after it.
func said(l lang.Lang, q url.Values) string {
	retried, err1 := strconv.ParseInt(q.Get("retried"), 10, 64)
	understood, err2 := strconv.ParseInt(q.Get("understood"), 10, 64)
	if err1 != nil || err2 != nil || retried < understood || understood < 0 {
		return ""
	}
	return views.Retried(l, retried, understood)
}

var deliveryParameters = []string{"reason", "day", "before", "retried", "understood"}

// readDeliveries checks the page's parameters.
func readDeliveries(q url.Values, zone *time.Location) (store.QuarantineQuery, error) {
	chosen := store.QuarantineQuery{Reason: q.Get("reason"), Limit: deliveriesPerPage}
	for name := range q {
		if !slices.Contains(deliveryParameters, name) {
			return chosen, &enquiry.BadParameter{Name: name, Reason: "is not a parameter here: use reason, day or before"}
		}
		if _, err := single(q, name); err != nil {
			return chosen, err
		}
	}
	if text := q.Get("day"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return chosen, &enquiry.BadParameter{Name: "day", Reason: "is not a day: write 2006-01-02"}
		}
		y, m, n := day.Date()
		chosen.Since, chosen.Until = enquiry.StartOfDay(y, m, n, zone), enquiry.StartOfDay(y, m, n+1, zone)
	}
	var ok bool
	if chosen.BeforeAt, chosen.BeforeID, ok = readDeliveryCursor(q.Get("before")); !ok {
		return chosen, &enquiry.BadParameter{Name: "before", Reason: "is not a time: write 2006-01-02T15:04:05Z"}
	}
	return chosen, nil
}

// deliveryCursor is where the page after a delivery begins: its time, and its
// ID for those of the same moment.
func deliveryCursor(last store.Quarantined) string {
	return enquiry.TimeText(last.ReceivedAt, time.UTC) + "," + last.ID
}

func readDeliveryCursor(text string) (at time.Time, id string, ok bool) {
	if text == "" {
		return at, "", true
	}
	text, id, _ = strings.Cut(text, ",")
	at, err := time.Parse(time.RFC3339, text)
	return at, id, err == nil && (id == "" || isUUID(id))
}

func isUUID(s string) bool {
	const shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		if (shape[i] == '-') != (s[i] == '-') || shape[i] == 'x' && !strings.ContainsRune("0123456789abcdef", rune(s[i])) {
			return false
		}
	}
	return true
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
