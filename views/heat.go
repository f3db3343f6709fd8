package views

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Heat is a number for each hour of each weekday.
type Heat struct {
	Measures []Grouped
	Measure  string
	Cells    [7][24]enquiry.Group // Monday first
}

func (h Heat) measure() reportMeasure {
	for _, m := range reportMeasures {
		if m.name == h.Measure {
			return m
		}
	}
	return reportMeasures[0]
}

// heatSteps are how many shades a heat map has beside none.
const heatSteps = 6

// heatScale says how dark a value is.
type heatScale struct {
	top  float64 // what is darkest; 0: nothing is shaded
	over bool    // some values are above it
}

// scale ends at the largest value, unless that stands so far from the others
// (by Tukey's fence, at least twice what three quarters stay below) that these
// would all be pale: then at the largest of the others.
func (h Heat) scale() heatScale {
	m := h.measure()
	var values []float64
	for _, day := range h.Cells {
		for _, g := range day {
			if v, ok := m.value(g); ok && v > 0 {
				values = append(values, v)
			}
		}
	}
	if len(values) == 0 {
		return heatScale{}
	}
	slices.Sort(values)
	low, high := values[(len(values)-1)/4], values[3*(len(values)-1)/4]
	fence := max(high+1.5*(high-low), 2*high)
	within, _ := slices.BinarySearchFunc(values, fence, func(v, fence float64) int {
		if v > fence {
			return 1
		}
		return -1
	})
	return heatScale{top: values[within-1], over: within < len(values)}
}

// shade is how much of the scale a cell has, in steps; 0 is none.
func (h Heat) shade(s heatScale, g enquiry.Group) string {
	v, ok := h.measure().value(g)
	if !ok || v <= 0 {
		return "0"
	}
	return strconv.Itoa(min(int(math.Ceil(heatSteps*v/s.top)), heatSteps))
}

// text is a cell's number, short: it stands in a narrow column.
func (h Heat) text(ctx context.Context, g enquiry.Group) string {
	if g.Enquiries == 0 {
		return ""
	}
	return h.measure().text(ctx, g)
}

// darkest says from which value on cells are darkest.
func (h Heat) darkest(ctx context.Context, s heatScale) string {
	text := h.measure().write(ctx, s.top)
	if s.over {
		return t(ctx, "%s and more", text)
	}
	return text
}

// write is a value of the measure as people read it.
func (m reportMeasure) write(ctx context.Context, v float64) string {
	switch m.name {
	case "enquiries", "answered", "missed", "recovered":
		return number(int64(v))
	case "missed_rate", "service_level":
		return percent(&v)
	}
	return Clock(ctx, time.Duration(v*float64(time.Second)))
}
