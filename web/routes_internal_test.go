package web

import "github.com/enquiryboard/enquiryboard/access"

// Route is a line of the route table, for tests that walk it.
type Route struct {
	Pattern string
	Need    access.Role
}

// Routes is the whole table.
func (s *Server) Routes() []Route {
	var list []Route
	for _, r := range s.server.routes() {
		list = append(list, Route{r.pattern, r.need})
	}
	return list
}
