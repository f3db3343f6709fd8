package views

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func TestCourseIsToScale(t *testing.T) {
	c := came(enquiry.Opened, 0, 0, enquiry.Handling, 25, 25).courseOf(t.Context())
	a, b := c.stretches[0], c.stretches[1]
	if len(c.stretches) != 2 || a.lasted != 25*time.Second || b.lasted != 75*time.Second || !b.open || a.open {
		t.Fatalf("%+v", c.stretches)
	}
	if a.x != 0 || b.x != a.width || math.Abs(b.x+b.width-100) > 1e-9 {
		t.Errorf("they do not fill the drawing: %+v", c.stretches)
	}
	if ratio := b.width / a.width; ratio < 2.9 || ratio > 3 {
		t.Errorf("75 s is drawn %.2f times as wide as 25 s", ratio)
	}
	if got := c.words(t.Context()); got != "Open 0:25, Handling 1:15 so far" {
		t.Errorf("it says %q", got)
	}
}

func TestCourseOfOneMoment(t *testing.T) {
	c := came(enquiry.Opened, 0, 0, enquiry.Handling, 0, 0, enquiry.Closed, 0, 1).courseOf(t.Context())
	for _, s := range c.stretches {
		if s.x != 0 || s.width != 0 || s.lasted != 0 {
			t.Errorf("%+v", s)
		}
	}
	if len(c.labels) != 1 || c.labels[0].text != "12:00:00" {
		t.Errorf("labels: %+v", c.labels)
	}
	if c := came().courseOf(t.Context()); c.stretches != nil || c.labels != nil {
		t.Errorf("nothing came in: %+v", c)
	}
}

func TestWhatIsFollowedUpAndWhatIsMoved(t *testing.T) {
	v := came(enquiry.Opened, 0, 0, enquiry.Missed, 10, 10, enquiry.Opened, 15, 15, enquiry.Handling, 20, 20, enquiry.Handling, 30, 30, enquiry.Closed, 40, 40,
		enquiry.Opened, 60, 60, enquiry.Handling, 70, 70)
	for i, destination := range []string{"a", "", "b", "b", "a", "", "", "c"} {
		v.Transitions[i].Destination = destination
	}
	v.Notes = []Note{{ID: 1, At: noon.Add(35 * time.Second)}, {ID: 2, At: noon.Add(time.Hour)}}
	c := v.courseOf(t.Context())
	var follow, moved []int
	for i, s := range c.stretches {
		if s.follow {
			follow = append(follow, i)
		}
		if s.moved != "" {
			moved = append(moved, i)
		}
	}
	if !slices.Equal(follow, []int{3, 4}) || !slices.Equal(moved, []int{2, 4, 7}) {
		t.Errorf("followed up: %v, moved: %v", follow, moved)
	}
	notes := slices.DeleteFunc(slices.Clone(c.flags), func(f flag) bool { return f.kind != "note" })
	if at := (c.stretches[4].x + c.stretches[5].x) / 2; len(notes) != 2 || math.Abs(notes[0].x-at) > 1e-9 || notes[1].x != 100 {
		t.Errorf("notes stand at %+v, the first should be at %.2f", notes, at)
	}
	var lines []string
	for _, l := range v.lines(c) {
		if l.note != nil {
			lines = append(lines, l.note.id())
		} else {
			lines = append(lines, string(l.status))
		}
	}
	if got := strings.Join(lines, " "); got != "Opened Missed Opened Handling Handling note-1 Closed Opened Handling note-2" {
		t.Errorf("lines: %s", got)
	}
}

// Days are drawn broken where the rest could not be seen beside them, and only there.
func TestLongStretchesAreBroken(t *testing.T) {
	const day = 24 * 3600
	for _, row := range []struct {
		name string
		at   []any
		want string // x: broken
	}{
		{"reopened after days", []any{enquiry.Opened, 0, 0, enquiry.Handling, 50, 50, enquiry.Closed, 400, 400, enquiry.Opened, 3 * day, 0, enquiry.Handling, 3*day + 60, 0, enquiry.Closed, 3*day + 300, 0}, "--x---"},
		{"twice", []any{enquiry.Opened, 0, 0, enquiry.Handling, 50, 0, enquiry.Closed, 400, 0, enquiry.Opened, 3 * day, 0, enquiry.Closed, 3*day + 60, 0, enquiry.Opened, 9 * day, 0, enquiry.Closed, 9*day + 5, 0}, "--x-x--"},
		{"hours of handling after a short wait", []any{enquiry.Opened, 0, 0, enquiry.Handling, 20, 0, enquiry.Closed, 3 * 3600, 0}, "---"},
		{"minutes", []any{enquiry.Opened, 0, 0, enquiry.Handling, 2, 0, enquiry.Missed, 5, 0, enquiry.Handling, 1800, 0, enquiry.Closed, 1801, 0}, "-----"},
		{"all are long", []any{enquiry.Opened, 0, 0, enquiry.Handling, day, 0, enquiry.Missed, 2 * day, 0, enquiry.Handling, 4 * day, 0, enquiry.Closed, 5 * day, 0}, "-----"},
	} {
		c := came(row.at...).courseOf(t.Context())
		got := ""
		for _, s := range c.stretches {
			got += map[bool]string{true: "x", false: "-"}[s.broken]
		}
		if got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// Whatever the course, its stretches fill the drawing from end to end in order,
// and no two labels that are shown at a width touch.
func TestCoursesFillTheDrawing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v := EnquiryView{Zone: time.UTC, Names: func(string) string { return "" }}
		at := noon
		for range rapid.IntRange(1, 12).Draw(rt, "transitions") {
			var d Delivery
			d.Destination = rapid.SampledFrom([]string{"", "sales", "New customers", "北角分行"}).Draw(rt, "destination")
			d.Status, d.OccurredAt = rapid.SampledFrom(enquiry.Statuses[:]).Draw(rt, "status"), at
			v.Transitions = append(v.Transitions, d)
			at = at.Add(rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Second, 40 * time.Second, time.Hour, 50 * time.Hour}).Draw(rt, "lasted"))
		}
		v.Now = at
		for range rapid.IntRange(0, 3).Draw(rt, "notes") {
			v.Notes = append(v.Notes, Note{Author: "ada@example.com", At: noon.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(rt, "noted")) * time.Second)})
		}
		c := v.courseOf(t.Context())
		x := 0.0
		for i, s := range c.stretches {
			if math.Abs(s.x-x) > 1e-6 || s.width < 0 || s.lasted > 0 && s.width < least {
				rt.Fatalf("stretch %d of %+v", i, c.stretches)
			}
			x += s.width
		}
		if x > 100+1e-6 || x > 0 && x < 100-1e-6 {
			rt.Fatalf("it is %.3f wide: %+v", x, c.stretches)
		}
		touchNot(rt, c.labels, 0)
		flags := make([]*label, len(c.flags))
		for i := range c.flags {
			flags[i] = &c.flags[i].label
		}
		touchNot(rt, flags, flagWide)
		if n := len(c.labels); n > 0 && !c.labels[0].narrow {
			rt.Fatal("the beginning is not said")
		}
	})
}

// touchNot fails where two labels that are shown touch, or one leaves the drawing.
func touchNot(t *rapid.T, labels []*label, aside float64) {
	for i, a := range labels {
		for width, shown := range map[float64]bool{screenWide: a.wide, phoneWide: a.narrow} {
			from, to := a.reach(width, aside)
			if shown && (from < 0 || to > width) {
				t.Fatalf("%q is from %.0f to %.0f of %.0f", a.text, from, to, width)
			}
			for _, b := range labels[i+1:] {
				both := a.wide && b.wide
				if width == phoneWide {
					both = a.narrow && b.narrow
				}
				if f, e := b.reach(width, aside); both && from < e && f < to {
					t.Fatalf("%q and %q touch, %.0f wide", a.text, b.text, width)
				}
			}
		}
	}
}
