package web

import (
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// notLive says in l why the board is not up to date: it is not being kept up,
// or deliveries wait in the spool. "" means that it is.
func (s *server) notLive(l lang.Lang, n feed.Now) string {
	spooled, _ := s.Recorder.Spooled()
	switch {
	case n.Err != nil && spooled > 0:
		return l.T("%d deliveries wait in the spool: the database cannot be reached at the moment, so this is not up to date.", spooled)
	case n.Err != nil:
		return l.T("The database cannot be reached at the moment, so this is not up to date.")
	case spooled > 0:
		return l.T("%d deliveries wait in the spool to be put into the database, so this is not up to date.", spooled)
	}
	return ""
}
