// Package access is who may come in: passwords, tokens, webhook keys and roles.
// It does no I/O.
package access

import (
	"fmt"
	"slices"
)

// Role is what an account or a token may do; each includes the one before.
type Role string

const (
	Viewer     Role = "viewer"     // the board, history, one enquiry
	Supervisor Role = "supervisor" // and export, deliveries
	Admin      Role = "admin"      // and settings, users, tokens, keys
)

// ladder has the least role first.
var ladder = []Role{Viewer, Supervisor, Admin}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(ladder, r) {
		return r, nil
	}
	return "", fmt.Errorf("there is no role %q: use viewer, supervisor or admin", s)
}

// Allows says whether r may do what needs the role need. A role that does not
// exist allows nothing and is allowed to nobody.
func (r Role) Allows(need Role) bool {
	have, want := slices.Index(ladder, r), slices.Index(ladder, need)
	return want >= 0 && have >= want
}
