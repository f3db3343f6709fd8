package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
)

// columnsFor is how long a browser keeps its choice of columns: as long as
// browsers keep anything.
const columnsFor = 400 * 24 * 60 * 60

func (s *server) columnsCookie() string {
	if s.overTLS() {
		return "__Host-enquiryboard-columns"
	}
	return "enquiryboard-columns"
}

// columns are those that the browser shows lists with: a choice of whoever sits
// at it, for the width of its screen.
func (s *server) columns(r *http.Request) []string {
	cookie, err := r.Cookie(s.columnsCookie())
	if err != nil {
		return views.UsualColumns()
	}
	return views.KnownColumns(strings.Split(cookie.Value, "."))
}

// chooseColumns keeps a choice of columns, and goes back to the list.
func (s *server) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	list, err := url.ParseQuery(r.PostForm.Get("list"))
	if err != nil {
		return &enquiry.BadParameter{Name: "list", Reason: "is not a query"}
	}
	chosen := views.KnownColumns(r.PostForm["column"])
	if r.PostForm.Has("usual") {
		chosen = views.UsualColumns()
	}
	http.SetCookie(w, &http.Cookie{Name: s.columnsCookie(), Value: strings.Join(chosen, "."), Path: "/", MaxAge: columnsFor,
		HttpOnly: true, Secure: s.overTLS(), SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/enquiries?"+list.Encode(), http.StatusSeeOther)
	return nil
}
