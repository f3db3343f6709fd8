package web

import (
	"slices"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views"
)

// within gives names of destinations in whichever service of a scope has one.
func (n destinationNames) within(scope enquiry.Scope) func(id string) string {
	return func(id string) string {
		found := ""
		for key, name := range n {
			if key[1] == id && (found == "" || name < found) && (len(scope.Services) == 0 || slices.Contains(scope.Services, key[0])) {
				found = name
			}
		}
		return found
	}
}

// defaultLimits hold until the settings have been read.
var defaultLimits = views.Limits{Warn: 30 * time.Second, Breach: 60 * time.Second}

// limits are the thresholds of a wait: of the channel and origin, else of the
// channel, else of the origin, else of every one.
func (s *settings) limits(channel, origin string) views.Limits {
	found, best := defaultLimits, -1
	for _, t := range s.targets {
		if t.Channel != "" && t.Channel != channel || t.Origin != "" && t.Origin != origin {
			continue
		}
		rank := 0
		if t.Channel != "" {
			rank += 2
		}
		if t.Origin != "" {
			rank++
		}
		if rank > best {
			found, best = views.Limits{Warn: t.Warn, Breach: t.Breach}, rank
		}
	}
	return found
}
