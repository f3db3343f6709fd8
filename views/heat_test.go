package views

import (
	"testing"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

func heatOf(counts ...int64) Heat {
	h := Heat{Measure: "enquiries"}
	for i, n := range counts {
		h.Cells[i/24][i%24].Enquiries = n
	}
	return h
}

func TestHeatScale(t *testing.T) {
	for _, c := range []struct {
		about  string
		counts []int64
		top    float64
		over   bool
		shades string // of the counts
	}{
		{"nothing", nil, 0, false, ""},
		{"one", []int64{4}, 4, false, "6"},
		{"none beside some", []int64{0, 3, 6}, 6, false, "036"},
		{"even", []int64{1, 2, 3, 4, 5, 6}, 6, false, "123456"},
		{"one hour stands out", []int64{10, 20, 30, 40, 50, 60, 1000}, 60, true, "1234566"},
		{"one of few stands out", []int64{1, 1, 2, 2, 90}, 2, true, "33666"},
		{"the busiest is usual", []int64{10, 10, 10, 20}, 20, false, "3336"},
	} {
		h := heatOf(c.counts...)
		s := h.scale()
		if s.top != c.top || s.over != c.over {
			t.Errorf("%s: up to %v, some above: %v; want %v, %v", c.about, s.top, s.over, c.top, c.over)
		}
		shades := ""
		for i := range c.counts {
			shades += h.shade(s, h.Cells[i/24][i%24])
		}
		if shades != c.shades {
			t.Errorf("%s: shaded %s, want %s", c.about, shades, c.shades)
		}
	}
}

func TestHeatSaysWhatIsDarkest(t *testing.T) {
	h := heatOf(1200, 1300, 1400, 90000)
	if got := h.darkest(t.Context(), h.scale()); got != "1,400 and more" {
		t.Errorf("with one that stands out: %s", got)
	}
	wait := 95 * time.Second
	h = Heat{Measure: "asa_seconds"}
	h.Cells[0][0] = enquiry.Group{Enquiries: 1, ASA: &wait}
	if got := h.darkest(t.Context(), h.scale()); got != "1:35" {
		t.Errorf("of a wait: %s", got)
	}
	level := .5
	h = Heat{Measure: "service_level"}
	h.Cells[0][0] = enquiry.Group{Enquiries: 1, ServiceLevel: &level}
	if got := h.darkest(t.Context(), h.scale()); got != "50\u202f%" {
		t.Errorf("of a share: %s", got)
	}
}
