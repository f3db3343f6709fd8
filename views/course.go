package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// course is what became of an enquiry: its states one after another, drawn to
// scale. Places in the drawing are in hundredths of its width.
type course struct {
	stretches []stretch
	flags     []flag
	labels    []*label
}

// stretch is a state and how long it lasted.
type stretch struct {
	status      enquiry.Status
	from        time.Time
	lasted      time.Duration
	open        bool   // it lasts on
	last        bool   // it is the end: nothing came after it
	follow      bool   // in Handling, after it was missed
	destination string // where it is then
	moved       string // where it was before; empty: there
	x, width    float64
	broken      bool // drawn shorter than to scale
}

// flag is something beside the states: a note, or another destination.
type flag struct {
	kind string // note, moved
	label
}

// label is a text at a place of the drawing.
type label struct {
	x      float64
	text   string
	anchor string // start, middle or end
	wide   bool   // it has room on a screen
	narrow bool   // it has room on a phone
}

// courseOf is the course of settled transitions, as it is at now.
func (v EnquiryView) courseOf(ctx context.Context) course {
	c := course{stretches: stretchesOf(v)}
	place(c.stretches)
	c.flags = v.flagsOf(ctx, c)
	c.labels = labelsOf(ctx, c, v.Zone)
	return c
}

func (v EnquiryView) flagsOf(ctx context.Context, c course) []flag {
	var flags []flag
	for _, s := range c.stretches {
		if s.moved != "" {
			flags = append(flags, flag{"moved", label{x: s.x, text: v.place(ctx, s.destination)}})
		}
	}
	for _, n := range v.Notes {
		flags = append(flags, flag{"note", label{x: c.at(n.At), text: t(ctx, "Note by %s", n.Author)}})
	}
	slices.SortStableFunc(flags, func(a, b flag) int { return cmp.Compare(a.x, b.x) })
	texts := make([]*label, len(flags))
	for i := range flags {
		f := &flags[i]
		f.anchor = "start"
		if _, to := f.reach(phoneWide, flagWide); to > phoneWide {
			f.anchor = "end"
		}
		texts[i] = &f.label
	}
	makeRoom(texts, flagWide)
	return flags
}

func stretchesOf(v EnquiryView) []stretch {
	var list []stretch
	missed, destination := false, ""
	for _, d := range v.Transitions {
		if d.Duplicate {
			continue
		}
		s := stretch{status: d.Status, from: d.OccurredAt, open: d.Status.Live(), last: true, follow: missed && d.Status == enquiry.Handling}
		if s.destination = cmp.Or(d.Destination, destination); destination != "" && s.destination != destination {
			s.moved = destination
		}
		destination = s.destination
		missed = (missed || d.Status == enquiry.Missed) && d.Status != enquiry.Closed
		if n := len(list); n > 0 {
			before := &list[n-1]
			before.lasted, before.open, before.last = s.from.Sub(before.from), false, false
		}
		list = append(list, s)
	}
	if n := len(list); n > 0 && list[n-1].open {
		list[n-1].lasted = max(0, v.Now.Sub(list[n-1].from))
	}
	return list
}

// How a course is drawn.
const (
	breakFrom  = time.Hour // a stretch this long …
	breakTimes = 8         // … and as many times as long as all shorter ones together is drawn broken
	brokenEach = 16.0      // wide
	brokenMost = 50.0      // all of them
	least      = .6        // of what can be seen
)

// place gives stretches their places. All that are not broken have one scale.
func place(list []stretch) {
	breakLong(list)
	var sum time.Duration
	broken, visible := 0, 0
	for _, s := range list {
		switch {
		case s.broken:
			broken++
		case s.lasted > 0:
			sum += s.lasted
			visible++
		}
	}
	each := 0.0
	if broken > 0 {
		each = min(brokenEach, brokenMost/float64(broken))
	}
	room := 100 - each*float64(broken) - least*float64(visible)
	x := 0.0
	for i := range list {
		s := &list[i]
		s.x = x
		switch {
		case s.broken:
			s.width = each
		case s.lasted > 0:
			s.width = least + room*float64(s.lasted)/float64(sum)
		}
		x += s.width
	}
}

// breakLong finds the stretches beside which the others could not be seen: those
// of days, mostly, between a closing and a reopening.
func breakLong(list []stretch) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[a].lasted, list[b].lasted) })
	var sum time.Duration
	shorter := 0
	for k, i := range order {
		if d := list[i].lasted; d >= breakFrom && shorter >= 2 && d > breakTimes*sum {
			for _, i := range order[k:] {
				list[i].broken = true
			}
			return
		}
		if list[i].lasted > 0 {
			sum += list[i].lasted
			shorter++
		}
	}
}

// at is the place of a moment; what is outside of the course is at its ends.
func (c course) at(when time.Time) float64 {
	for _, s := range c.stretches {
		if after := when.Sub(s.from); after < s.lasted && s.lasted > 0 {
			return s.x + s.width*float64(max(0, after))/float64(s.lasted)
		}
	}
	return 100
}

// Widths that drawings have, in pixels: on a screen, and on a phone.
const screenWide, phoneWide = 900, 300

// textWide is about how wide a text is, in pixels.
func textWide(text string) float64 {
	wide := 0.0
	for _, r := range text {
		if r < 0x2e80 {
			wide += 7
		} else {
			wide += 13
		}
	}
	return wide
}

// fits says whether a text has room in a stretch, on a screen and on a phone.
func (s stretch) fits(text string) (wide, narrow bool) {
	need := textWide(text) + 12
	if s.broken {
		need += 16
	}
	return s.width/100*screenWide >= need, s.width/100*phoneWide >= need
}

// shortly is the class of a stretch's short words: where its long ones have no room.
func (s stretch) shortly(whole, short string) string {
	wholeWide, wholeNarrow := s.fits(whole)
	shortWide, shortNarrow := s.fits(short)
	return whereShown(shortWide && !wholeWide, shortNarrow && !wholeNarrow)
}

// baseline is where a stretch's words stand: in it, or above what is thin.
func (s stretch) baseline() string {
	if s.status.Live() {
		return "51"
	}
	return "37"
}

// labelsOf are the times at which states changed, as far as there is room: the
// first and the last before the others.
func labelsOf(ctx context.Context, c course, zone *time.Location) []*label {
	if len(c.stretches) == 0 {
		return nil
	}
	last := c.stretches[len(c.stretches)-1]
	end := last.from.Add(last.lasted)
	layout := timeLayout(ctx, c.stretches[0].from.In(zone), end.In(zone))
	labels := []*label{{x: 0, text: c.stretches[0].from.In(zone).Format(layout), anchor: "start"}}
	if end.After(c.stretches[0].from) {
		text := end.In(zone).Format(layout)
		if last.open {
			text = t(ctx, "now")
		}
		labels = append(labels, &label{x: 100, text: text, anchor: "end"})
	}
	for _, s := range c.stretches[1:] {
		if s.x > 0 && s.x < 100 {
			labels = append(labels, &label{x: s.x, text: s.from.In(zone).Format(layout), anchor: "middle"})
		}
	}
	makeRoom(labels, 0)
	return labels
}

// timeLayout writes times of a course: with the date where it is longer than a day.
func timeLayout(ctx context.Context, from, end time.Time) string {
	switch d := end.Sub(from); {
	case d >= 24*time.Hour:
		return t(ctx, "2 Jan 15:04")
	case d < time.Hour:
		return "15:04:05"
	}
	return "15:04"
}

// flagWide is how wide what a flag's text stands beside is.
const flagWide = 12

// makeRoom shows the labels that touch no other, of two the earlier one in the
// list: at each of the widths that drawings have. They stand aside from their
// places by so many pixels.
func makeRoom(labels []*label, aside float64) {
	for _, drawing := range []struct {
		width float64
		shown func(*label) *bool
	}{
		{screenWide, func(l *label) *bool { return &l.wide }},
		{phoneWide, func(l *label) *bool { return &l.narrow }},
	} {
		var taken [][2]float64
		for _, l := range labels {
			from, to := l.reach(drawing.width, aside)
			free := from >= 0 && to <= drawing.width && !slices.ContainsFunc(taken, func(other [2]float64) bool {
				return from < other[1]+apartAtLeast && other[0] < to+apartAtLeast
			})
			if *drawing.shown(l) = free; free {
				taken = append(taken, [2]float64{from, to})
			}
		}
	}
}

const apartAtLeast = 8

// reach is from where to where a label is in a drawing of a width, in pixels.
func (l *label) reach(width, aside float64) (from, to float64) {
	at, need := l.x/100*width, textWide(l.text)
	switch l.anchor {
	case "start":
		return at + aside, at + aside + need
	case "end":
		return at - aside - need, at - aside
	}
	return at - need/2, at + need/2
}

// whereShown is the class that hides a text where it has no room.
func whereShown(wide, narrow bool) string {
	switch {
	case wide && narrow:
		return ""
	case wide:
		return "wide"
	case narrow:
		return "narrow"
	}
	return "nowhere"
}

// name is what a stretch is called in the drawing.
func (s stretch) name() lang.Text {
	if s.follow {
		return "Follow-up"
	}
	return statusName(s.status)
}

// took says how long a stretch lasted.
func (s stretch) took(ctx context.Context) string {
	switch {
	case s.open:
		return t(ctx, "%s so far", Clock(ctx, s.lasted))
	case s.last:
		return t(ctx, "the end")
	}
	return Clock(ctx, s.lasted)
}

// words is the course as a sentence, for whom does not see the drawing.
func (c course) words(ctx context.Context) string {
	text := ""
	for i, s := range c.stretches {
		one := t(ctx, "%s %s", t(ctx, s.name()), s.took(ctx))
		if i == 0 {
			text = one
		} else {
			text = t(ctx, "%s, %s", text, one)
		}
	}
	return text
}

// percentage is a place or a length in the drawing.
func percentage(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) + "%" }
