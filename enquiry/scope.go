package enquiry

import (
	"slices"
	"strings"
)

// Scope is what somebody may see at all: enquiries of these services and, of
// those, with these destinations. An empty list keeps nothing from them.
type Scope struct {
	Services     []string
	Destinations []string
}

// All says whether nothing is out of the scope.
func (s Scope) All() bool { return len(s.Services) == 0 && len(s.Destinations) == 0 }

// Match says whether e, as it is now, is in the scope.
func (s Scope) Match(e *Enquiry) bool {
	return among(s.Services, e.ServiceID) && among(s.Destinations, e.Destination)
}

// Equal says whether two scopes are written alike.
func (s Scope) Equal(o Scope) bool {
	return slices.Equal(s.Services, o.Services) && slices.Equal(s.Destinations, o.Destinations)
}

// Key is a text that is the same for equal scopes only: no id holds a NUL.
func (s Scope) Key() string {
	return strings.Join(s.Services, "\x00") + "\x00\x00" + strings.Join(s.Destinations, "\x00")
}
