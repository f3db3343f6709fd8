package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
)

const auditPerPage = 50

// auditPage searches the audit log, the newest first.
func (s *server) auditPage(w http.ResponseWriter, r *http.Request) error {
	all, err := query(r)
	if err != nil {
		return err
	}
	q := url.Values{}
	for name, values := range all { // a form sends what was left empty too
		if len(values) > 1 || len(values) == 1 && values[0] != "" {
			q[name] = values
		}
	}
	frame, err := s.settingsFrame(w, r, "/settings/audit", "Audit log")
	if err != nil {
		return err
	}
	page := views.Audit{Settings: frame, Areas: store.Areas, Search: q.Get("q"), Area: q.Get("area"), From: q.Get("from"), To: q.Get("to")}
	ask, err := readAudit(q, frame.Zone)
	if err != nil {
		page.Problem = err.Error() + "."
		return render(w, r, http.StatusBadRequest, views.AuditPage(page))
	}
	entries, err := s.Store.Audit(r.Context(), ask)
	if err != nil {
		return err
	}
	for _, e := range entries {
		page.Entries = append(page.Entries, entryView(e))
	}
	if q.Has("before") {
		q.Del("before")
		page.Newest = "/settings/audit?" + q.Encode()
	}
	if n := len(entries); n == auditPerPage {
		q.Set("before", strconv.FormatInt(entries[n-1].ID, 10))
		page.Older = "/settings/audit?" + q.Encode()
	}
	return render(w, r, http.StatusOK, views.AuditPage(page))
}

// readAudit reads the page's query.
func readAudit(q url.Values, zone *time.Location) (store.AuditQuery, error) {
	ask := store.AuditQuery{Limit: auditPerPage}
	for name := range q {
		value, err := single(q, name)
		if err != nil {
			return ask, err
		}
		bad := ""
		switch name {
		case "q":
			ask.Search = value
		case "area":
			if ask.Area = value; !slices.Contains(store.Areas, value) {
				bad = "is not one of the list: choose one"
			}
		case "from":
			ask.From, bad = startOf(value, zone)
		case "to":
			ask.To, bad = startOf(value, zone)
		case "before":
			if ask.Before, err = strconv.ParseInt(value, 10, 64); err != nil || ask.Before < 1 {
				bad = "is not a page of the log: begin with the newest"
			}
		default:
			bad = "is not a parameter here: use area, before, from, q or to"
		}
		if bad != "" {
			return ask, &enquiry.BadParameter{Name: name, Reason: bad}
		}
	}
	return ask, nil
}

func startOf(day string, zone *time.Location) (at time.Time, bad string) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return at, "is not a date: write 2006-01-02"
	}
	return enquiry.StartOfDay(d.Year(), d.Month(), d.Day(), zone), ""
}
