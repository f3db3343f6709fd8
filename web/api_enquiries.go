package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
)

const (
	apiPage    = 100 // enquiries, unless limit says otherwise
	apiPageMax = 1000
)

type listJSON struct {
	Seq       string        `json:"seq"`
	Total     int64         `json:"total"`
	AtLeast   bool          `json:"total_at_least"` // there are more than total
	Next      text          `json:"next"`
	Enquiries []enquiryJSON `json:"enquiries"`
}

// apiEnquiries is one page of what the filter selects.
func (s *server) apiEnquiries(w http.ResponseWriter, r *http.Request) error {
	f, q, err := s.filter(r, "limit", "sort", "after")
	if err != nil {
		return err
	}
	page, err := pageOf(q)
	if err != nil {
		return err
	}
	l, err := s.Store.Enquiries(r.Context(), f, page)
	if err != nil {
		return err
	}
	answer := listJSON{Seq: s.seqText(l.Seq), Total: l.Total, AtLeast: l.AtLeast, Enquiries: make([]enquiryJSON, len(l.Enquiries))}
	style := styleOf(f, s.settings.get(r.Context()).names)
	for i := range l.Enquiries {
		answer.Enquiries[i] = style.enquiry(&l.Enquiries[i])
	}
	if l.Next != "" {
		q.Set("after", l.Next)
		answer.Next = text((&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String())
	}
	w.Header().Set(seqHeader, answer.Seq)
	return writeJSON(w, http.StatusOK, answer)
}

func pageOf(q url.Values) (p store.Page, err error) {
	if p.Limit, err = number(q, "limit", 1, apiPageMax, apiPage); err != nil {
		return p, err
	}
	sort, err := single(q, "sort")
	if err != nil {
		return p, err
	}
	p.Sort = store.Sort(sort)
	p.After, err = single(q, "after")
	return p, err
}

// apiEnquiry is one enquiry with its transitions.
func (s *server) apiEnquiry(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	f, err := zoneOnly(q)
	if err != nil {
		return err
	}
	k := pathKey(r)
	e, ts, seq, err := s.Store.Enquiry(r.Context(), who(r).Scope, k)
	if errors.Is(err, store.ErrNotFound) {
		return &fault{status: http.StatusNotFound, message: "There is no such enquiry."}
	}
	if err != nil {
		return err
	}
	notes, err := s.Store.Notes(r.Context(), who(r).Scope, k)
	if err != nil {
		return err
	}
	style := styleOf(f, s.settings.get(r.Context()).names)
	answer := struct {
		Seq string `json:"seq"`
		enquiryJSON
		Notes []noteJSON `json:"notes"`
	}{s.seqText(seq), style.enquiry(&e), make([]noteJSON, len(notes))}
	for i, n := range notes {
		answer.Notes[i] = noteJSON{style.time(n.At), n.Author, n.Body}
	}
	for i := range ts {
		answer.Transitions = append(answer.Transitions, style.transition(&ts[i]))
	}
	w.Header().Set(seqHeader, answer.Seq)
	return writeJSON(w, http.StatusOK, answer)
}

// noteJSON is what somebody noted of an enquiry.
type noteJSON struct {
	At     text   `json:"at"`
	Author string `json:"author"`
	Body   string `json:"body"`
}

// zoneOnly is for what has no filter but tz.
func zoneOnly(q url.Values) (enquiry.Filter, error) {
	for name := range q {
		if name != "tz" {
			return enquiry.Filter{}, &enquiry.BadParameter{Name: name, Reason: "is not a parameter here: use tz"}
		}
	}
	return enquiry.ParseFilter(q, enquiry.Days{}) // for its zone: nothing is chosen by it
}
