package views

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Beat is what every message of the live board begins with: which moment it
// shows, and whether that can be trusted.
type Beat struct {
	At        time.Time
	Seq       string
	LastEvent time.Time // when the last delivery came in; zero: none that is known
	Zone      *time.Location
	Problem   string // why the board is not being kept up, as a sentence; empty: it is
}

// Board is the live board of one filter at one moment.
type Board struct {
	Beat
	Tiles   Tiles
	Figures Figures
	Queues  []Group
	Filters Filters
	Lists   []List
	Lost    Lost
	Alive   Alive
	Begin   access.Role // of who is told how to begin, since nothing has come in ever; empty: nobody
}

// Change is what has changed since the last message; nil parts have not.
type Change struct {
	Beat
	Tiles   *Tiles
	Figures *Figures
	Queues  []Group
	Filters *Filters
	Lost    *Lost
	Alive   *Alive
	Lists   []List   // of each, only the rows that changed
	Gone    []string // ids of rows that are shown no longer
}

// Group is one channel in the matrix of queues.
type Group struct {
	Cell
	Origins []Cell // empty where the channel has no origins of its own
}

// Cell is one channel, or one channel × origin.
type Cell struct {
	Key               string // tells it from the others
	Name              string
	Waiting, Handling int
	LongestSince      time.Time
	Limits            Limits // of that wait
	Href              string // the board filtered by it, or no longer filtered by it
	Chosen            bool
}

// List is one of the four lists.
type List struct {
	Status enquiry.Status
	Off    bool // the filter leaves it out
	Count  int
	Rows   []string // rendered by [RowHTML]
	Href   string   // the same filter and status in /enquiries
	These  string   // exactly what Count counts, in /enquiries; empty: no filter says that
}

// Shown is how many rows of a list the board shows.
const Shown = 100

// Row is one enquiry in a list, as far as the board shows it. Rows that are
// equal look the same.
type Row struct {
	ID          string // of the element
	Path        string // of the enquiry's page
	Sort        string // rows stand in the order of this text
	Status      enquiry.Status
	Case        string
	Channel     string
	Origin      string
	Destination string
	Since       time.Time // of the clock that ticks; zero: none does
	Limits      Limits    // of a wait
	Took        string    // the duration that stands, where none ticks
	Hint        lang.Text // what the duration is
	At          string    // when it came or ended
	AtHint      lang.Text
	AtTime      time.Time
	SeenBy      string // who has acknowledged that it waits too long; empty: nobody has
	SeenAt      time.Time
}

// NewRow is what the board shows of e. today is the day that times go without their date on.
func NewRow(ctx context.Context, e *enquiry.Enquiry, destination string, limits Limits, today Today) Row {
	r := Row{
		ID:          "e/" + EnquiryPath(e.ServiceID, e.EID)[len("/enquiries/"):],
		Path:        EnquiryPath(e.ServiceID, e.EID),
		Status:      e.Status,
		Case:        e.CaseNumber,
		Channel:     e.Channel,
		Origin:      e.Origin,
		Destination: destination,
		AtTime:      e.OpenedAt.UTC(),
		AtHint:      "Opened",
	}
	switch e.Status {
	case enquiry.Opened:
		r.Since, r.Hint, r.Limits = e.WaitingSince.UTC(), "Waiting for", limits
		r.SeenBy, r.SeenAt = e.Seen.By, e.Seen.At.UTC()
		r.Sort = ascending(e.WaitingSince)
	case enquiry.Handling:
		r.Since, r.Hint = e.LastTransitionAt.UTC(), "Being handled for"
		r.Sort = ascending(e.LastTransitionAt)
	case enquiry.Missed:
		r.Took, r.Hint = Took(ctx, e.TimeToMiss), "Waited until it was missed"
		r.AtTime, r.AtHint = e.LastTransitionAt.UTC(), "Missed"
		r.Sort = descending(e.LastTransitionAt)
	case enquiry.Closed:
		r.Took, r.Hint = Took(ctx, e.HandleTime), "Handle time"
		r.AtTime, r.AtHint = e.LastTransitionAt.UTC(), "Closed"
		r.Sort = descending(e.LastTransitionAt)
	}
	if e.Status.Live() {
		r.At = today.Text(ctx, r.AtTime) // an enquiry of yesterday says so
	} else {
		r.At = moment(r.AtTime, today.zone) // in the last hour
	}
	return r
}

// ascending and descending give texts that sort as the times do.
func ascending(t time.Time) string { return sortText(t.UnixMicro()) }

func descending(t time.Time) string { return sortText(-t.UnixMicro()) }

func sortText(n int64) string {
	const middle = 5_000_000_000_000_000_000
	return strconv.FormatInt(middle+n, 10)
}

func listNote(s enquiry.Status) lang.Text {
	switch s {
	case enquiry.Opened:
		return "longest wait first"
	case enquiry.Handling:
		return "longest first"
	default:
		return "last hour"
	}
}

func listEmpty(s enquiry.Status) lang.Text {
	switch s {
	case enquiry.Opened:
		return "Nobody is waiting."
	case enquiry.Handling:
		return "Nobody is being handled."
	case enquiry.Missed:
		return "None missed in the last hour."
	default:
		return "None closed in the last hour."
	}
}

// day is from when on a duration is long: it is written with its days.
const day = 24 * time.Hour

// Limits are the thresholds of a wait: from Warn on it wants attention, from
// Breach on it is too long.
type Limits struct{ Warn, Breach time.Duration }

// level is how far a wait has gone: "", "warn" or "breach".
func (l Limits) level(since, now time.Time) string {
	if since.IsZero() {
		return ""
	}
	switch wait := now.Sub(since); {
	case wait >= l.Breach:
		return "breach"
	case wait >= l.Warn:
		return "warn"
	}
	return ""
}

// Breached says whether a wait is too long.
func (l Limits) Breached(since, now time.Time) bool { return l.level(since, now) == "breach" }

// seen says who has acknowledged the wait, and when: an account by the part of
// its address that people call each other by.
func (r Row) seen(ctx context.Context, zone *time.Location) string {
	name, _, _ := strings.Cut(r.SeenBy, "@")
	return t(ctx, "Seen by %s %s", name, r.SeenAt.In(zone).Format("15:04"))
}

// Breached says whether somebody waits too long in it.
func (r Row) Breached(now time.Time) bool { return r.level(now) == "breach" }

func (r Row) level(now time.Time) string {
	if r.Status != enquiry.Opened {
		return ""
	}
	return r.Limits.level(r.Since, now)
}

func (b Beat) attributes(ctx context.Context) templ.OrderedAttributes {
	return templ.OrderedAttributes{
		{Key: "data-as-of", Value: iso(b.At)},
		{Key: "data-seq", Value: b.Seq},
		{Key: "data-last", Value: iso(b.LastEvent)},
		{Key: "data-zone", Value: b.Zone.String()},
		{Key: "data-zone-text", Value: offsetText(b.Zone, b.At)}, // it changes with the clocks
		{Key: "data-problem", Value: b.Problem},
		{Key: "data-version", Value: version(ctx)},
	}
}

func seconds(d time.Duration) string { return enquiry.Seconds(d) }

// yes is the value of an ARIA attribute.
func yes(b bool) string { return strconv.FormatBool(b) }
