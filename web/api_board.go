package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

type boardJSON struct {
	AsOf text   `json:"as_of"`
	Seq  string `json:"seq"`
	totalsJSON
	Enquiries []any  `json:"enquiries"`
	NotLive   string `json:"not_live,omitempty"` // why this may be old
}

// apiBoard is the live board as JSON.
func (s *server) apiBoard(w http.ResponseWriter, r *http.Request) error {
	f, _, err := s.filter(r)
	if err != nil {
		return err
	}
	if !s.Feed.Ready() {
		return errNotLoaded
	}
	es, now := s.Feed.Board(f)
	w.Header().Set(seqHeader, s.seqText(now.Seq))
	return writeJSON(w, http.StatusOK, s.boardJSON(styleOf(f, s.settings.get(r.Context()).names), es, now))
}

// seqHeader says what a list or file shows.
const seqHeader = "Enquiryboard-Seq"

func (s *server) boardJSON(style jsonStyle, es []enquiry.Enquiry, now feed.Now) boardJSON {
	slices.SortFunc(es, byUrgency)
	b := boardJSON{
		AsOf:       style.time(now.Time),
		Seq:        s.seqText(now.Seq),
		totalsJSON: totalsOf(enquiry.Sum(es, now.Time)),
		Enquiries:  make([]any, len(es)),
		NotLive:    s.notLive(lang.English, now),
	}
	for i := range es {
		b.Enquiries[i] = style.enquiry(&es[i])
	}
	return b
}

// byUrgency puts those waiting first, the longest wait on top; then those
// being handled; then what has ended, the latest first.
func byUrgency(a, b enquiry.Enquiry) int {
	if a.Status != b.Status {
		return cmp.Compare(slices.Index(enquiry.Statuses[:], a.Status), slices.Index(enquiry.Statuses[:], b.Status))
	}
	since := a.LastTransitionAt.Compare(b.LastTransitionAt)
	switch a.Status {
	case enquiry.Opened:
		since = a.WaitingSince.Compare(b.WaitingSince)
	case enquiry.Missed, enquiry.Closed:
		since = -since
	}
	return cmp.Or(since, strings.Compare(a.ServiceID, b.ServiceID), strings.Compare(a.EID, b.EID))
}
