package web

import (
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// form is what a form has sent, and what is wrong with it by field.
type form struct {
	url.Values
	lang  lang.Lang // of who sent it
	wrong map[string]string
}

// readForm reads a form; what it was sent as is shown again where it is wrong.
func readForm(w http.ResponseWriter, r *http.Request) (*form, error) {
	if err := parseForm(w, r); err != nil {
		return nil, err
	}
	return &form{r.PostForm, lang.From(r.Context()), map[string]string{}}, nil
}

func (f *form) ok() bool { return len(f.wrong) == 0 }

// refuse notes what is wrong with a field; the first finding stands.
func (f *form) refuse(name string, text lang.Text, args ...any) {
	if f.wrong[name] == "" {
		f.wrong[name] = f.lang.T(text, args...)
	}
}

// view is the form as it is shown again, without passwords.
func (f *form) view() views.Form {
	shown := url.Values{}
	for name, values := range f.Values {
		if name != "password" && name != "current" && name != "token" {
			shown[name] = values
		}
	}
	return views.Form{Values: shown, Errors: f.wrong}
}

// line reads a field of one line.
func (f *form) line(name string, most int) string {
	v := strings.TrimSpace(f.Get(name))
	f.checkText(name, v, most)
	return v
}

func (f *form) checkText(name, v string, most int) {
	switch {
	case !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl):
		f.refuse(name, "Write this in one line of plain text.")
	case len(v) > most:
		f.refuse(name, "This is too long: %d bytes are the most.", most)
	}
}

// name reads a name, which must be there.
func (f *form) name() string {
	v := f.line("name", 100)
	if v == "" {
		f.refuse("name", "Give it a name, so that you know later what it is for.")
	}
	return v
}

// expiry reads after how many days something ends; the zero time: never.
func (f *form) expiry() (end time.Time) {
	switch days, err := strconv.Atoi(f.Get("days")); {
	case err != nil || days < 0 || days > 3650:
		f.refuse("days", "Choose how long it lives.")
	case days > 0:
		end = time.Now().AddDate(0, 0, days)
	}
	return end
}

func (f *form) email() string {
	v := strings.TrimSpace(f.Get("email"))
	if !isEmail(v) {
		f.refuse("email", noEmail)
	}
	return v
}

const noEmail lang.Text = "This is not an e-mail address: it looks like name@example.com."

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

func (f *form) role() access.Role {
	role, err := access.ParseRole(f.Get("role"))
	if err != nil {
		f.refuse("role", "Choose a role.")
	}
	return role
}

// scope reads what somebody with a role is limited to.
func (f *form) scope(role access.Role) enquiry.Scope {
	s := enquiry.Scope{Services: f.ids("services"), Destinations: f.ids("destinations")}
	if role == access.Admin && !s.All() {
		f.refuse("role", "An administrator sees everything. Choose another role, or leave services and destinations empty.")
	}
	return s
}

const (
	mostIDs   = 100
	longestID = 255
)

// ids reads a field of one id a line.
func (f *form) ids(name string) []string {
	var list []string
	for line := range strings.Lines(f.Get(name)) {
		if id := strings.TrimSpace(line); id != "" {
			f.checkText(name, id, longestID)
			list = append(list, id)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > mostIDs {
		f.refuse(name, "These are %d ids: %d are the most.", len(list), mostIDs)
	}
	return list
}

// seconds reads a time in seconds.
func (f *form) seconds(name string) time.Duration {
	const most = 30 * 24 * time.Hour
	d, err := time.ParseDuration(strings.TrimSpace(f.Get(name)) + "s")
	if err != nil || d < 0 || d > most || d != d.Truncate(time.Microsecond) || strings.ContainsAny(f.Get(name), "hmnuµs+") {
		f.refuse(name, "Write a number of seconds, from 0 to %d.", int(most.Seconds()))
		return 0
	}
	return d
}

// minutes reads a limit in whole minutes; an empty one is none.
func (f *form) minutes(name string) time.Duration {
	const most = 90 * 24 * 60
	text := strings.TrimSpace(f.Get(name))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		f.refuse(name, "Write a whole number of minutes, from 1 to %d, or leave it empty.", most)
	}
	return time.Duration(n) * time.Minute
}
