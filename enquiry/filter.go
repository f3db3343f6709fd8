package enquiry

import (
	"fmt"
	"net/url"
	"time"
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
	Cases        []string       // parameter q: a displayCaseNumber, its beginning, or a part of 3 characters or more
	From, To     time.Time      // zero: open ended; To is not included
	By           By             // never empty after ParseFilter
	Zone         *time.Location // of From and To as dates, and of the times shown; never nil after ParseFilter
	ZoneGiven    bool           // tz was in the query: times are written in Zone, else in UTC
}

// BadParameter is a query parameter that is unknown or has a value that is not valid.
type BadParameter struct {
	Name   string // as received
	Reason string // what is wrong and what to do, without the name
}

func (e *BadParameter) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Reason) }

// ParseFilter reads the filter parameters of the contract out of a query.
// zone is used where the query has no tz. Names in also are allowed beside the
// filter's own and left to the caller; any other name is a *BadParameter.
func ParseFilter(q url.Values, zone *time.Location, also ...string) (Filter, error) {
	panic("not built")
}

// Values is the filter as a query, in canonical order: equal filters give equal text.
func (f Filter) Values() url.Values { panic("not built") }

// Match says whether the filter selects e. store's SQL selects exactly the same.
func (f Filter) Match(e *Enquiry) bool { panic("not built") }

// CaseKey is a displayCaseNumber (or a search for one) as it is compared:
// without surrounding space and leading '#', lower case.
func CaseKey(s string) string { panic("not built") }
