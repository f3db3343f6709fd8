package store

import (
	"context"
	"io"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Sort is an order of a list of enquiries.
type Sort string

const (
	NewestFirst    Sort = "-opened" // by StartedAt
	OldestFirst    Sort = "opened"
	LongestWait    Sort = "-wait"
	ShortestWait   Sort = "wait"
	LongestHandle  Sort = "-handle"
	ShortestHandle Sort = "handle"
)

// Page asks for one page of a list.
type Page struct {
	Sort  Sort
	After string // cursor of a page before, opaque; empty: the first page
	Limit int    // 1 to 1000
}

// List is one page and the position it shows.
type List struct {
	Enquiries []enquiry.Enquiry
	Next      string // cursor of the next page; empty when this is the last
	Prev      string // cursor of the page before; empty when this is the first
	Seq       int64
	Total     int64 // of the whole filter, counted up to 10,000 …
	AtLeast   bool  // … and there are more
}

// Enquiries gives one page of what f selects.
func (s *Store) Enquiries(ctx context.Context, f enquiry.Filter, p Page) (List, error) {
	panic("not built")
}

// Enquiry is one enquiry with its settled transitions in fold order, or ErrNotFound.
func (s *Store) Enquiry(ctx context.Context, k enquiry.Key) (enquiry.Enquiry, []enquiry.Transition, int64, error) {
	panic("not built")
}

// Metrics are the numbers of what f selects, by groups (of GroupNames), and the position they show.
// Without groups it has exactly one element.
func (s *Store) Metrics(ctx context.Context, f enquiry.Filter, groups []string) ([]enquiry.Group, int64, error) {
	panic("not built")
}

// GroupNames are what metrics can be grouped by.
var GroupNames = []string{"service", "channel", "origin", "destination"}

// Facets are the values that occur in each filter field, for menus.
type Facets struct {
	Services, Channels, Origins, Destinations []string
}

// Facets reads them.
func (s *Store) Facets(ctx context.Context) (Facets, error) { panic("not built") }

// Export is a file to be written.
type Export struct {
	Filter enquiry.Filter
	BOM    bool
}

// ExportEnquiries writes /enquiries.csv from one snapshot. begin is called with
// the snapshot's position before the first byte. An error after that means
// that the file is cut.
func (s *Store) ExportEnquiries(ctx context.Context, e Export, begin func(seq int64) io.Writer) (rows int64, err error) {
	panic("not built")
}

// ExportTransitions writes /transitions.csv likewise: every transition of the chosen enquiries.
func (s *Store) ExportTransitions(ctx context.Context, e Export, begin func(seq int64) io.Writer) (rows int64, err error) {
	panic("not built")
}
