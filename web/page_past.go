package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/feed"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/views"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// pastPage is the board as it was at a moment, or with known, as it was known
// then; with worst, it leads to the worst minute of that moment's day.
func (s *server) pastPage(w http.ResponseWriter, r *http.Request, q url.Values) error {
	days, now := s.days(r, q), time.Now()
	f, err := parseFilter(r, q, days, "at", "known", "worst")
	if err != nil {
		return err
	}
	p, err := readPast(q, f.Zone, now)
	if err != nil {
		return err
	}
	worst, err := option(q, "worst", "the worst minute of the day")
	if err != nil {
		return err
	}
	if worst {
		return s.toWorstMinute(w, r, q, f, p)
	}
	board, seq, err := s.Store.BoardOf(r.Context(), f.Scope, p)
	if err != nil {
		return err
	}
	page := views.Past{Board: s.pastBoard(f, lang.From(r.Context()), board, feed.Now{Time: p.At, Seq: seq}), Moments: moments(q, p, f, now)}
	if !p.Known.IsZero() {
		page.Known = p.Known
		if page.Differs, err = s.learned(r, f, p, board); err != nil {
			return err
		}
	}
	w.Header().Set(seqHeader, s.seqText(seq))
	return render(w, r, http.StatusOK, views.PastPage(s.frame(r, lang.From(r.Context()).T("A past moment"), "/"), page))
}

// readPast reads which moment is asked for: with a zone of its own, or as a
// form sends it, in the page's.
func readPast(q url.Values, zone *time.Location, now time.Time) (p store.Past, err error) {
	for name, to := range map[string]*time.Time{"at": &p.At, "known": &p.Known} {
		value, err := single(q, name)
		if err != nil {
			return p, err
		}
		if value == "" {
			continue
		}
		if *to, err = readMoment(value, zone); err != nil {
			return p, &enquiry.BadParameter{Name: name, Reason: "is not a moment: write 2006-01-02T15:04:05+08:00 (in an address, + is written %%2B)"}
		}
	}
	switch {
	case p.At.IsZero():
		return p, &enquiry.BadParameter{Name: "at", Reason: "is missing: say which moment"}
	case p.At.After(now):
		return p, &enquiry.BadParameter{Name: "at", Reason: "has not been yet: choose a moment that has"}
	case !p.Known.IsZero() && p.Known.Before(p.At):
		return p, &enquiry.BadParameter{Name: "known", Reason: "is before at: nothing was known then of what had not happened"}
	}
	return p, nil
}

func readMoment(value string, zone *time.Location) (at time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err = time.ParseInLocation(layout, value, zone); err == nil {
			break
		}
	}
	if y := at.Year(); err == nil && (y < 1970 || y > 9999) {
		return at, errNowhere
	}
	return at.UTC(), err
}

func (s *server) toWorstMinute(w http.ResponseWriter, r *http.Request, q url.Values, f enquiry.Filter, p store.Past) error {
	y, m, d := f.Days().Of(p.At)
	from, to := f.Days().Start(y, m, d), f.Days().Start(y, m, d+1)
	if now := time.Now(); to.After(now) {
		to = now
	}
	worst, err := s.Store.WorstMinute(r.Context(), f, from, to)
	if err != nil {
		return err
	}
	if worst.IsZero() {
		worst = p.At // nobody waited that day: it stays where it is
	}
	http.Redirect(w, r, pastHref(q, worst, f.Zone), http.StatusSeeOther)
	return nil
}

// pastHref is the address of the same board at another moment.
func pastHref(q url.Values, at time.Time, zone *time.Location) string {
	to := url.Values{}
	for name, values := range q {
		if name != "known" && name != "worst" {
			to[name] = values
		}
	}
	to.Set("at", at.In(zone).Format(time.RFC3339Nano))
	return "/?" + to.Encode()
}

// pastBoard renders enquiries as they were.
func (s *server) pastBoard(f enquiry.Filter, l lang.Lang, board []enquiry.Enquiry, now feed.Now) views.Board {
	v := newPastView(s, f, l)
	v.Reset(now, board)
	return v.board(now)
}

// moments are where one can go from a past moment.
func moments(q url.Values, p store.Past, f enquiry.Filter, now time.Time) views.Moments {
	m := views.Moments{At: p.At, Live: "/", Zone: f.Zone, Keep: url.Values{}}
	for name, values := range q {
		switch name {
		case "at", "known", "worst":
		default:
			m.Keep[name] = values
		}
	}
	if len(m.Keep) > 0 {
		m.Live = "/?" + m.Keep.Encode()
	}
	for _, step := range []struct {
		text lang.Text
		by   time.Duration
	}{
		{"−1 h", -time.Hour}, {"−10 min", -10 * time.Minute}, {"−1 min", -time.Minute},
		{"+1 min", time.Minute}, {"+10 min", 10 * time.Minute}, {"+1 h", time.Hour},
	} {
		if to := p.At.Add(step.by); !to.After(now) {
			m.Steps = append(m.Steps, views.Step{Text: step.text, Href: pastHref(q, to, f.Zone)})
		}
	}
	worst, known := maps.Clone(q), maps.Clone(q)
	worst.Del("known")
	worst.Set("worst", "1")
	m.Worst = "/?" + worst.Encode()
	known.Set("known", p.At.In(f.Zone).Format(time.RFC3339Nano))
	m.AsKnown = "/?" + known.Encode()
	y, month, d := f.Days().Of(p.At)
	day := maps.Clone(m.Keep)
	day.Set("from", f.Days().Start(y, month, d).In(f.Zone).Format(time.RFC3339))
	day.Set("to", f.Days().Start(y, month, d+1).In(f.Zone).Format(time.RFC3339))
	day.Set("group", "hour")
	m.Day = "/reports?" + day.Encode()
	m.Now = pastHref(q, p.At, f.Zone)
	return m
}

// learned are the enquiries that were on the board otherwise than it was known
// by then: by what has come since.
func (s *server) learned(r *http.Request, f enquiry.Filter, p store.Past, known []enquiry.Enquiry) ([]views.Learned, error) {
	now, _, err := s.Store.BoardOf(r.Context(), f.Scope, store.Past{At: p.At})
	if err != nil {
		return nil, err
	}
	pairs := map[enquiry.Key]*views.Learned{}
	of := func(e *enquiry.Enquiry) *views.Learned {
		if pairs[e.Key] == nil {
			pairs[e.Key] = &views.Learned{Path: views.EnquiryPath(e.ServiceID, e.EID), Case: e.CaseNumber}
		}
		return pairs[e.Key]
	}
	for i := range known {
		if f.Match(&known[i]) {
			of(&known[i]).Then = &known[i]
		}
	}
	for i := range now {
		if f.Match(&now[i]) {
			of(&now[i]).Now = &now[i]
		}
	}
	var list []views.Learned
	for _, l := range pairs {
		if l.Differ() {
			list = append(list, *l)
		}
	}
	slices.SortFunc(list, func(a, b views.Learned) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}
