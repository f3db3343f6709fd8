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
	"github.com/enquiryboard/enquiryboard/views/lang"
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
	ask, wrong := readAudit(lang.From(r.Context()), q, frame.Zone)
	if wrong != "" {
		page.Problem = wrong
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

// readAudit reads the page's query, or says what is wrong with it.
func readAudit(l lang.Lang, q url.Values, zone *time.Location) (ask store.AuditQuery, wrong string) {
	ask.Limit = auditPerPage
	for name, values := range q {
		value, ok := values[0], len(values) == 1
		if !ok {
			return ask, l.T("%s is given more than once: give one.", name)
		}
		switch name {
		case "q":
			ask.Search = value
		case "area":
			if ask.Area = value; !slices.Contains(store.Areas, value) {
				wrong = l.T("The log is not about that: choose something from the list.")
			}
		case "from":
			if ask.From, ok = startOf(value, zone); !ok {
				wrong = l.T("%s is not a date: write 2006-01-02.", l.T("From"))
			}
		case "to":
			if ask.To, ok = startOf(value, zone); !ok {
				wrong = l.T("%s is not a date: write 2006-01-02.", l.T("To, not included"))
			}
		case "before":
			if ask.Before, _ = strconv.ParseInt(value, 10, 64); ask.Before < 1 {
				wrong = l.T("This is not a page of the log: begin with the newest.")
			}
		default:
			wrong = l.T("%s is not a parameter here: use area, before, from, q or to.", name)
		}
	}
	return ask, wrong
}

func startOf(day string, zone *time.Location) (at time.Time, ok bool) {
	d, err := time.Parse(time.DateOnly, day)
	return enquiry.StartOfDay(d.Year(), d.Month(), d.Day(), zone), err == nil
}
