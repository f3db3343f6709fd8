package web

import (
	"net/http"
	"time"

	"github.com/enquiryboard/enquiryboard/views"
)

// noticeCookie takes a notice from a form's answer to the page after it. So a
// page can be loaded again, and shows a new token once; and nobody else at the
// same browser reads it.
func (s *server) noticeCookie() sealedCookie { return sealedCookie{s, "notice", time.Minute} }

// done ends a POST: the browser gets the page at path, which tells n.
func (s *server) done(w http.ResponseWriter, r *http.Request, path string, n views.Notice) error {
	if err := s.noticeCookie().put(w, r, n, who(r).UserID); err != nil {
		return err
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// notice takes what the last change has led to, once. It is not for a script
// that looks at the page again: a new token would be shown to nobody.
func (s *server) notice(w http.ResponseWriter, r *http.Request) views.Notice {
	var n views.Notice
	if r.Header.Get("Sec-Fetch-Dest") == "empty" {
		return n
	}
	if ok, err := s.noticeCookie().take(w, r, &n, who(r).UserID); err != nil || !ok {
		return views.Notice{}
	}
	return n
}
