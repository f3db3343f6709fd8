package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// enquiryPage is one enquiry: its timeline and what came in.
func (s *server) enquiryPage(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	v, seq, err := s.enquiryView(r, q)
	if err != nil {
		return err
	}
	w.Header().Set(seqHeader, s.seqText(seq))
	return s.showEnquiry(w, r, http.StatusOK, v)
}

func (s *server) showEnquiry(w http.ResponseWriter, r *http.Request, status int, v views.EnquiryView) error {
	title := v.CaseNumber
	if title == "" {
		title = lang.From(r.Context()).T("Enquiry %s", v.EID)
	}
	return render(w, r, status, views.EnquiryPage(s.frame(r, title, "/enquiries"), v))
}

// enquiryView is everything that the page of the request's enquiry shows.
func (s *server) enquiryView(r *http.Request, q url.Values) (v views.EnquiryView, seq int64, err error) {
	list, zone, err := s.cameFrom(r, q)
	if err != nil {
		return v, 0, err
	}
	k := pathKey(r)
	e, ts, seq, err := s.Store.Enquiry(r.Context(), who(r).Scope, k)
	if errors.Is(err, store.ErrNotFound) {
		return v, 0, &fault{status: http.StatusNotFound, message: "There is no enquiry %s of service %s here. Search for its case number instead.", args: []any{k.EID, k.ServiceID}}
	}
	if err != nil {
		return v, 0, err
	}
	settings := s.settings.get(r.Context())
	if zone == nil {
		zone = settings.zone([]string{e.ServiceID})
	}
	v = views.EnquiryView{
		Enquiry: views.Enquiry{Enquiry: e, DestinationName: settings.names.of(e.ServiceID, e.Destination)},
		Names:   func(id string) string { return settings.names.of(e.ServiceID, id) },
		MayNote: who(r).Role.Allows(access.Supervisor),
		MayRead: who(r).Role.Allows(access.Supervisor),
		Now:     time.Now(),
		Zone:    zone,
	}
	if v.List, err = s.beside(r, list, &e); err != nil {
		return v, 0, err
	}
	if v.Notes, err = s.notes(r, k); err != nil {
		return v, 0, err
	}
	if v.Remarks, err = s.remarks(r.Context(), &e); err != nil {
		return v, 0, err
	}
	v.Transitions, err = s.deliveries(r, v.MayRead, ts)
	return v, seq, err
}

// pathKey is the enquiry that a request's path names.
func pathKey(r *http.Request) enquiry.Key {
	return enquiry.Key{ServiceID: r.PathValue("serviceId"), EID: r.PathValue("eid")}
}

// deliveries are transitions, with the bodies that they came in where those may
// be read: there is more in them than the fields that are shown.
func (s *server) deliveries(r *http.Request, withBodies bool, ts []enquiry.Transition) ([]views.Delivery, error) {
	var bodies map[enquiry.ID][]byte
	if withBodies {
		var err error
		if bodies, err = s.Store.Payloads(r.Context(), ts); err != nil {
			return nil, err
		}
	}
	list := make([]views.Delivery, len(ts))
	for i, t := range ts {
		list[i] = views.Delivery{Transition: t, Raw: bodies[t.ID]}
	}
	return list, nil
}

func (s *server) notes(r *http.Request, k enquiry.Key) ([]views.Note, error) {
	notes, err := s.Store.Notes(r.Context(), who(r).Scope, k)
	list := make([]views.Note, len(notes))
	for i, n := range notes {
		list[i] = views.Note(n)
	}
	return list, err
}

// addNote keeps a note of an enquiry, and shows it there.
func (s *server) addNote(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	q := url.Values{}
	if f.Has("in") {
		q.Set("in", f.Get("in"))
	}
	body := f.text("body", views.LongestNote)
	if !f.ok() {
		v, _, err := s.enquiryView(r, q)
		if err != nil {
			return err
		}
		v.Form = f.view()
		return s.showEnquiry(w, r, http.StatusUnprocessableEntity, v)
	}
	k := pathKey(r)
	n, err := s.Store.AddNote(r.Context(), who(r).Scope, k, body)
	if errors.Is(err, store.ErrNotFound) {
		return &fault{status: http.StatusNotFound, message: "There is no such enquiry."}
	}
	if err != nil {
		return err
	}
	to := url.URL{Fragment: "note-" + strconv.FormatInt(n.ID, 10), RawQuery: q.Encode()}
	http.Redirect(w, r, views.EnquiryPath(k.ServiceID, k.EID)+to.String(), http.StatusSeeOther)
	return nil
}

// text reads a field of several lines, which must not be empty.
func (f *form) text(name string, most int) string {
	v := strings.TrimSpace(strings.ReplaceAll(f.Get(name), "\r\n", "\n"))
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	switch n := utf8.RuneCountInString(v); {
	case v == "":
		f.refuse(name, "Write something first.")
	case strings.ContainsFunc(v, bad):
		f.refuse(name, "Write this in plain text.")
	case n > most:
		f.refuse(name, "This is too long: it has %d characters, %d are the most.", n, most)
	}
	return v
}
