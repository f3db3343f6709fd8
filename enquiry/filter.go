package enquiry

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// By says which time of an enquiry From and To mean.
type By string

const (
	ByOpened   By = "opened" // StartedAt: opened, or with no Opened its first transition
	ByHandling By = "handling"
	ByMissed   By = "missed"
	ByClosed   By = "closed"
)

// Filter selects enquiries by their current values. Values within a field are
// joined with or, fields with and; an empty field selects all.
type Filter struct {
	Services     []string
	Channels     []string
	Origins      []string
	Destinations []string
	Statuses     []Status
	Reached      []Status // Handling, Missed, Closed
	Recovered    []bool
	Lost         []bool // probably lost, or not, at the moment At; reconciled ones are lost, too
	Reconciled   []bool
	Cases        []string       // parameter q: a displayCaseNumber, its beginning, or a part of 3 characters or more
	From, To     time.Time      // zero: open ended; To is not included
	By           By             // never empty after ParseFilter
	Zone         *time.Location // of From and To as dates, and of the times shown; never nil after ParseFilter
	DayStarts    time.Duration  // when days of Zone start, after midnight
	ZoneGiven    bool           // tz was in the query: times are written in Zone, else in UTC
	Scope        Scope          // of who asks; no part of the query
	At           time.Time      // of what depends on the moment; zero: when it is read; no part of the query
}

// Days are those that the filter's dates are of.
func (f Filter) Days() Days { return Days{f.Zone, f.DayStarts} }

// BadParameter is a query parameter that is unknown or has a value that is not valid.
type BadParameter struct {
	Name   string // as received
	Reason string // what is wrong and what to do, without the name: a format for Args
	Args   []any
}

// because is a BadParameter whose name is not known yet.
func because(reason string, args ...any) *BadParameter {
	return &BadParameter{Reason: reason, Args: args}
}

func (e *BadParameter) Error() string { return e.Name + ": " + fmt.Sprintf(e.Reason, e.Args...) }

// Match says whether the filter selects e, which was judged as of its moment:
// see [LostLimits.Judge]. store's SQL selects exactly the same.
func (f Filter) Match(e *Enquiry) bool {
	return f.Scope.Match(e) &&
		among(f.Services, e.ServiceID) &&
		among(f.Channels, e.Channel) &&
		among(f.Origins, e.Origin) &&
		among(f.Destinations, e.Destination) &&
		among(f.Statuses, e.Status) &&
		among(f.Recovered, e.RecoveryTime != nil) &&
		among(f.Lost, e.Lost) &&
		among(f.Reconciled, e.Reconciled) &&
		(len(f.Reached) == 0 || slices.ContainsFunc(f.Reached, e.reached)) &&
		f.matchTime(e) &&
		f.matchCase(e)
}

func among[T comparable](chosen []T, value T) bool {
	return len(chosen) == 0 || slices.Contains(chosen, value)
}

// reached says whether e was ever in state s.
func (e *Enquiry) reached(s Status) bool {
	switch s {
	case Opened:
		return !e.OpenedAt.IsZero()
	case Handling:
		return !e.HandlingAt.IsZero()
	case Missed:
		return !e.MissedAt.IsZero()
	default:
		return e.ReachedClosed
	}
}

func (f Filter) matchTime(e *Enquiry) bool {
	if f.From.IsZero() && f.To.IsZero() {
		return true
	}
	at := e.StartedAt
	switch f.By {
	case ByHandling:
		at = e.HandlingAt
	case ByMissed:
		at = e.MissedAt
	case ByClosed:
		at = e.ClosedAt
	}
	return !at.IsZero() && !at.Before(f.From) && (f.To.IsZero() || at.Before(f.To))
}

func (f Filter) matchCase(e *Enquiry) bool {
	if len(f.Cases) == 0 {
		return true
	}
	number := CaseKey(e.CaseNumber)
	return slices.ContainsFunc(f.Cases, func(q string) bool {
		q = CaseKey(q)
		return strings.HasPrefix(number, q) || WithinCase(q) && strings.Contains(number, q)
	})
}

// WithinCase says whether a search for q, a [CaseKey], finds it anywhere in a
// case number; a shorter one is only looked for at the beginning.
func WithinCase(q string) bool { return utf8.RuneCountInString(q) >= 3 }

// CaseKey is a displayCaseNumber (or a search for one) as it is compared: lower
// case, without white space, leading '#' and what is pasted along unseen; what
// a Chinese keyboard types in full width is what it stands for.
func CaseKey(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		if '！' <= r && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, s)
	return strings.TrimLeft(s, "#")
}
