package views

import (
	"context"
	"net/url"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Past is the board of a past moment.
type Past struct {
	Board
	Moments
	Known   time.Time // only what was received by then is shown; zero: all that is known now
	Differs []Learned // with Known: what is known otherwise now
}

// Moments are the ways to another moment.
type Moments struct {
	At      time.Time
	Zone    *time.Location
	Steps   []Step
	Worst   string // address of the day's worst minute
	AsKnown string // of this moment, as it was known then
	Now     string // of this moment, as it is known now
	Live    string
	Day     string     // of the day's numbers, in Reports
	Keep    url.Values // the filter, for the form
}

// Step is a way to a moment near by.
type Step struct {
	Text lang.Text
	Href string
}

// Learned is an enquiry that was on the board otherwise than was known: nil is
// not at all.
type Learned struct {
	Path, Case string
	Then, Now  *enquiry.Enquiry
}

// Differ says whether the board showed something else.
func (l Learned) Differ() bool {
	if l.Then == nil || l.Now == nil {
		return true
	}
	return l.Then.Status != l.Now.Status || !l.Then.LastTransitionAt.Equal(l.Now.LastTransitionAt) || !l.Then.WaitingSince.Equal(l.Now.WaitingSince)
}

// text is what the board shows of an enquiry, in short.
func (l Learned) text(ctx context.Context, e *enquiry.Enquiry, zone *time.Location) string {
	if e == nil {
		return t(ctx, "not on the board")
	}
	return t(ctx, "%s since %s", t(ctx, statusName(e.Status)), fullTime(e.LastTransitionAt, zone))
}

// inputTime is a moment as the browser's own field takes it.
func inputTime(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02T15:04:05")
}

// within keeps the board's own links at the moment.
func (p Past) within(to string) string {
	return toMoment(to, p.Moments.At, p.Moments.Zone)
}

func toMoment(to string, at time.Time, zone *time.Location) string {
	u, err := url.Parse(to)
	if err != nil || u.Path != "/" {
		return to
	}
	q := u.Query()
	q.Set("at", at.In(zone).Format(time.RFC3339Nano))
	return "/?" + q.Encode()
}

// here is the board with its links as they are in the past: filters stay at the
// moment, and lists, which show what is now, are not led to.
func (p Past) here() Board {
	b := p.Board
	b.Tiles.WaitingHref, b.Tiles.HandlingHref = here(b.Tiles.WaitingHref, "#list-Opened"), here(b.Tiles.HandlingHref, "#list-Handling")
	b.Lost.Href, b.Lost.Next = "", ""
	queues := make([]Group, len(b.Queues))
	for i, g := range b.Queues {
		g.Href = p.within(g.Href)
		origins := make([]Cell, len(g.Origins))
		for j, c := range g.Origins {
			c.Href = p.within(c.Href)
			origins[j] = c
		}
		g.Origins = origins
		queues[i] = g
	}
	b.Queues = queues
	lists := make([]List, len(b.Lists))
	for i, l := range b.Lists {
		l.Href, l.These = "", ""
		lists[i] = l
	}
	b.Lists = lists
	chips := make([]Chip, len(b.Filters.Chips))
	for i, c := range b.Filters.Chips {
		c.Href = p.within(c.Href)
		chips[i] = c
	}
	b.Filters.Chips = chips
	b.Filters.Keep = append(b.Filters.Keep[:len(b.Filters.Keep):len(b.Filters.Keep)], Field{"at", p.Moments.At.In(p.Moments.Zone).Format(time.RFC3339Nano)})
	return b
}

// here is where on this page a tile's enquiries are, if the filter has them.
func here(there, anchor string) string {
	if there == "" {
		return ""
	}
	return anchor
}

// anHourAgo is where the live board leads to the past: the same filter, then.
func anHourAgo(b Board) string {
	q := url.Values{}
	for _, m := range b.Filters.Menus {
		for _, o := range m.Options {
			if o.Chosen {
				q.Add(m.Name, o.Value)
			}
		}
	}
	return toMoment("/?"+q.Encode(), b.At.Add(-enquiry.BoardKeeps).Truncate(time.Second), b.Zone)
}
