package web

import (
	"net/http"

	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// numbersPage says what each number means.
func (s *server) numbersPage(w http.ResponseWriter, r *http.Request) error {
	return render(w, r, http.StatusOK, views.NumbersPage(s.frame(r, lang.From(r.Context()).T("What the numbers mean"), "")))
}
