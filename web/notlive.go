package web

import (
	"fmt"

	"github.com/enquiryboard/enquiryboard/feed"
)

// notLive says why the board is not up to date, in words for people: it is not
// being kept up, or deliveries wait in the spool. "" means that it is.
func (s *server) notLive(n feed.Now) string {
	spooled, _ := s.Recorder.Spooled()
	switch {
	case n.Err != nil && spooled > 0:
		return "The database cannot be reached at the moment, so this is not up to date: " + inSpool(spooled) + "."
	case n.Err != nil:
		return "The database cannot be reached at the moment, so this is not up to date."
	case spooled > 0:
		return "This is not up to date: " + inSpool(spooled) + " to be put into the database."
	}
	return ""
}

// inSpool says how long the spool is.
func inSpool(deliveries int) string {
	if deliveries == 1 {
		return "1 delivery waits in the spool"
	}
	return fmt.Sprintf("%d deliveries wait in the spool", deliveries)
}
