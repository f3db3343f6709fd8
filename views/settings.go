package views

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/access"
	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Settings is what every settings page has around its content.
type Settings struct {
	Frame
	Path   string // which of them it is
	Notice Notice
	Last   map[string]Entry // the newest entry of the audit log by area
	Zone   *time.Location
	Now    time.Time
}

// Notice is what a change has led to, said once on the page after it.
type Notice struct {
	Text   string
	Secret string // to be copied now, since it is never shown again
	Hint   string // what to do with it
}

// Entry is an entry of the audit log.
type Entry struct {
	ID                             int64
	At                             time.Time
	Actor, Address                 string
	Area, Action, Subject, Details string
}

// Form is a form as it was sent, and what was wrong with it by field.
type Form struct {
	Values url.Values
	Errors map[string]string
}

// value is what was sent in a field, or else what stands there.
func (f Form) value(name, otherwise string) string {
	if f.Values.Has(name) {
		return f.Values.Get(name)
	}
	return otherwise
}

type settingsRoom struct {
	path  string
	name  lang.Text
	icon  string
	area  string // of the audit log
	about lang.Text
}

// settingsRooms are the settings pages in the order of their menu.
var settingsRooms = []settingsRoom{
	{"/settings/cinnox", "CINNOX", "link", "connection", "What CINNOX sends here, whether it arrives, and how it is read."},
	{"/settings/keys", "Webhook keys", "plug", "keys", "The secret addresses that CINNOX sends its notifications to."},
	{"/settings/users", "Users", "users", "users", "Who may sign in, and what they may see and do."},
	{"/settings/tokens", "API tokens", "key", "tokens", "How programs read the board, history and files."},
	{"/settings/walls", "Wall links", "screen", "walls", "Links that show the board on a screen, and nothing else."},
	{"/settings/thresholds", "Thresholds", "clock", "thresholds", "When a wait is a warning or a breach, and the service level."},
	{"/settings/destinations", "Destinations", "tag", "destinations", "Names for the ids of staff, groups and departments."},
	{"/settings/services", "Services", "globe", "services", "Each service’s time zone and the start of its day."},
	{"/settings/audit", "Audit log", "shield", "", "Who did what, when and from where."},
}

// rooms are those that the user may enter: one is a supervisor's, too.
func (s Settings) rooms() []settingsRoom {
	return slices.DeleteFunc(slices.Clone(settingsRooms), func(r settingsRoom) bool {
		return !s.Role.Allows(access.Admin) && r.path != "/settings/thresholds"
	})
}

// room is the page's own line of the menu.
func (s Settings) room() settingsRoom {
	for _, r := range settingsRooms {
		if r.path == s.Path {
			return r
		}
	}
	return settingsRoom{name: "Settings"}
}

func (s Settings) here(path string) string {
	if s.Path == path {
		return "page"
	}
	return "false"
}

// roles are what an account or a token can be, in words.
var roles = []struct {
	role access.Role
	may  lang.Text
}{
	{access.Viewer, "Viewer: the board and history"},
	{access.Supervisor, "Supervisor: and files, deliveries, notes and thresholds"},
	{access.Admin, "Administrator: everything"},
}

// scopeText says in words what a scope leaves.
func scopeText(ctx context.Context, s enquiry.Scope) string {
	services, destinations := strings.Join(s.Services, ", "), strings.Join(s.Destinations, ", ")
	switch {
	case s.All():
		return t(ctx, "Everything")
	case destinations == "":
		return t(ctx, "Services %s", services)
	case services == "":
		return t(ctx, "Destinations %s", destinations)
	}
	return t(ctx, "Services %s; destinations %s", services, destinations)
}

// minutes writes a time after midnight as 06:00.
func minutes(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }

// described ties an input to its error for those who listen.
func described(f Form, id, name string) templ.Attributes {
	if f.Errors[name] == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id + "-wrong"}
}

func joined(list []string) string { return strings.Join(list, "\n") }

// newTarget is what a new line of thresholds begins with.
var newTarget = TargetForm{Warn: 30 * time.Second, Breach: 60 * time.Second, Within: 60 * time.Second}

var secondsInput = templ.Attributes{"type": "text", "inputmode": "decimal", "required": true, "maxlength": "12", "autocomplete": "off"}

func secondsText(d time.Duration) string { return enquiry.Seconds(d) }

var minutesInput = templ.Attributes{"type": "text", "inputmode": "numeric", "maxlength": "6", "autocomplete": "off"}

// minutesText is a limit in minutes; none is empty.
func minutesText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return enquiry.Seconds(d / 60)
}

// targetName is a channel and origin in words.
func targetName(ctx context.Context, f TargetForm) string {
	switch {
	case f.Channel == "" && f.Origin == "":
		return t(ctx, "Every channel and origin")
	case f.Channel == "":
		return t(ctx, "Origin %s", channelName(ctx, f.Origin))
	case f.Origin == "":
		return channelName(ctx, f.Channel)
	}
	return channelName(ctx, f.Channel) + " · " + channelName(ctx, f.Origin)
}

func targetID(i int) string      { return "target-" + strconv.Itoa(i) }
func serviceID(i int) string     { return "service-" + strconv.Itoa(i) }
func destinationID(i int) string { return "destination-" + strconv.Itoa(i) }

func nameWrong(d DestinationForm, i int) templ.Attributes {
	if d.Wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": destinationID(i) + "-wrong"}
}

func importWrong(p Destinations) templ.Attributes {
	if len(p.Wrong) == 0 {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "import-wrong"}
}
