package views

import (
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// LostShown is how many of the probably lost the board shows.
const LostShown = 6

// Lost are the enquiries whose end was probably lost: the board sets them apart.
type Lost struct {
	Count int
	Rows  []LostRow // of the longest lost
	Href  string    // all of them in /enquiries
	Next  string    // the board that a reconciled one leads back to
}

// LostRow is one of them.
type LostRow struct {
	Path            string // of its page
	Case            string
	Channel, Origin string
	Status          enquiry.Status
	Silent          time.Time // since when nothing is heard of it
}

// NewLostRow is what the board shows of e.
func NewLostRow(e *enquiry.Enquiry) LostRow {
	return LostRow{
		Path: EnquiryPath(e.ServiceID, e.EID), Case: e.CaseNumber, Channel: e.Channel, Origin: e.Origin,
		Status: e.Status, Silent: e.LastTransitionAt.UTC(),
	}
}

// Remark is what somebody noted of an enquiry: that it ended, or that it did not.
type Remark struct {
	At     time.Time
	Actor  string
	Ended  bool
	Stands bool
}
