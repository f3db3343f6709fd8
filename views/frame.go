// Package views is the pages' HTML: templ components and the plain values that
// they show. It does no I/O.
package views

//go:generate go tool templ generate

import (
	"net/url"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Frame is what every page has around its content.
type Frame struct {
	Title string      // of the page, without the program's name
	Room  string      // which part of the program it is: its path, such as "/enquiries"
	User  string      // who is signed in; empty: nobody
	Role  access.Role // of the user
	Part  bool        // the user sees some services or destinations only
	Demo  bool        // made-up traffic, nobody had to sign in
	Case  string      // what stands in the search box
}

type room struct {
	path string
	name lang.Text
	icon string
}

// rooms are the parts of the program that the user may enter.
func (f Frame) rooms() []room {
	if f.User == "" {
		return nil
	}
	all := []struct {
		room
		need  access.Role
		whole bool // not for who sees a part
	}{
		{room{"/", "Board", "board"}, access.Viewer, false},
		{room{"/enquiries", "Enquiries", "list"}, access.Viewer, false},
		{room{"/reports", "Reports", "chart"}, access.Viewer, false},
		{room{"/deliveries", "Deliveries", "inbox"}, access.Supervisor, true},
		{room{"/settings/", "Settings", "settings"}, access.Supervisor, true},
	}
	var rooms []room
	for _, r := range all {
		if f.Role.Allows(r.need) && !(r.whole && f.Part) {
			rooms = append(rooms, r.room)
		}
	}
	return rooms
}

func (f Frame) current(path string) string {
	if f.Room == path {
		return "page"
	}
	return "false"
}

// EnquiryPath is the page of one enquiry.
func EnquiryPath(serviceID, eid string) string {
	return "/enquiries/" + url.PathEscape(serviceID) + "/" + url.PathEscape(eid)
}
