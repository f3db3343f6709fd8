package views

import (
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Saved is the filters that somebody has given a name, and the one that could
// get one now.
type Saved struct {
	Views []SavedView
	Query string // of the board's address
}

// SavedView is one of them.
type SavedView struct{ ID, Name, Href string }

// Wall is the board for a screen on a wall.
type Wall struct {
	Board
	Views []WallView // that it rotates through; none or one: it stays
	Each  time.Duration
	Feed  string // the path of its socket
}

// WallView is one view of a rotation.
type WallView struct {
	Name, Href string
	Chosen     bool
}

// name is that of the view that is shown.
func (w Wall) name() string {
	for _, v := range w.Views {
		if v.Chosen {
			return v.Name
		}
	}
	return ""
}

// Walls are the links for screens.
type Walls struct {
	Settings
	Walls []WallLine
	Own   []SavedView // of who makes one
	Form  Form
}

// WallLine is one link in a list.
type WallLine struct {
	ID, Name                                string
	Scope                                   enquiry.Scope
	Views                                   []string
	Each                                    time.Duration
	CreatedAt, UsedAt, ExpiresAt, RevokedAt time.Time
}
