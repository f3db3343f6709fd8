package views

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/enquiryboard/enquiryboard/pulse"
	"github.com/enquiryboard/enquiryboard/views/lang"
)

// Cinnox is the connection to CINNOX: how it stands, and what to do about it.
type Cinnox struct {
	Settings
	Heartbeats            []Heartbeat
	Outside               Outside
	State                 string // of the subscription: none, enabled, disabled, unknown, by-hand
	URL                   string // the webhook's, its key masked; empty: there is none yet
	UpdatedAt             string // as CINNOX wrote it
	AskedAt               time.Time
	App                   string // that was asked
	Problem               *Problem
	ProblemAt             time.Time
	Key, OldKey           *KeyLine // that CINNOX sends by, and that it was moved from; nil: none
	Others                int      // keys that live, too, and were made otherwise
	Revoked               bool     // the key that CINNOX was asked to send by is not good any more
	Moved                 bool     // a delivery has come by the new key
	Sealed                string   // why the saved token cannot be read; empty: it can
	Refused               string   // why what was just asked for was not even tried
	PublicURL             string
	OnlyHere, BaseIsHere  bool // the public URL, and the base URL, are this machine's own
	Arrivals              CinnoxArrivals
	AppForm               Form
	BaseURL, AppID        string // saved, or given
	HasToken              bool
	GivenBase, GivenApp   bool // by the environment
	GivenToken            bool
	FirstSeen, LatestSeen *Explained
	Dates                 Dates
}

// CinnoxArrivals is how delivery is doing.
type CinnoxArrivals struct {
	LastAt                time.Time
	Total                 int64
	MadeUp                int64       // turned away in the last day: unknown keys
	Revoked               []LostByKey // likewise: keys that are revoked
	KeptApart, StillApart int64       // in the last day; of these, not understood since
}

// LostByKey is what came by a revoked key, and so was lost.
type LostByKey struct {
	Name   string
	Count  int64
	LastAt time.Time
}

// ready says whether everything is there that subscribing needs.
func (c Cinnox) ready() bool {
	return c.BaseURL != "" && c.AppID != "" && (c.GivenToken || c.HasToken && c.Sealed == "")
}

// subscribed says whether CINNOX may be sending.
func (c Cinnox) subscribed() bool {
	return c.State == "enabled" || c.State == "unknown" || c.State == "by-hand"
}

// heard says whether something has come by the keys of the subscription.
func (c Cinnox) heard() bool {
	return c.Key != nil && c.Key.Deliveries > 0 || c.OldKey != nil && c.OldKey.Deliveries > 0
}

// byOthers says whether nothing was subscribed here, and something came all the same.
func (c Cinnox) byOthers() bool { return c.State == "none" && !c.Arrivals.LastAt.IsZero() }

// awaits says whether the page waits for a first delivery: of all, or by a new key.
func (c Cinnox) awaits() bool {
	return c.subscribed() && !c.heard() || c.OldKey != nil && !c.Moved
}

// stopped says whether there is an alarm about a service.
func (c Cinnox) stopped() bool {
	return slices.ContainsFunc(c.Heartbeats, func(h Heartbeat) bool { return h.Alive.Level == pulse.Alarm })
}

// headline is how the connection stands, in a sentence.
func (c Cinnox) headline() lang.Text {
	switch {
	case c.Revoked && c.subscribed():
		return "CINNOX sends by a key that is revoked: everything is refused."
	case c.State == "disabled":
		return "CINNOX was asked to send nothing."
	case c.byOthers() && c.stopped():
		return "Deliveries came in, and nothing comes any more."
	case c.byOthers():
		return "Deliveries come in."
	case c.State == "none":
		return "CINNOX does not send here yet."
	case c.heard() && c.stopped():
		return "CINNOX sent here, and nothing comes any more."
	case c.heard():
		return "CINNOX sends here."
	case c.State == "enabled":
		return "Subscribed. Nothing has come yet."
	case c.State == "by-hand":
		return "Nothing has come yet. Once you have subscribed by hand, the first delivery shows here."
	}
	return "CINNOX was asked, and it is not known whether it sends here."
}

// mood is how the headline looks: an icon and the status class that colours it.
func (c Cinnox) mood() (icon, class string) {
	switch {
	case c.Revoked && c.subscribed():
		return "octagon", "Missed"
	case c.State == "disabled":
		return "info", ""
	case c.stopped() && (c.heard() || c.byOthers()):
		return "octagon", "Missed"
	case c.byOthers():
		return "check", "Closed"
	case c.State == "none":
		return "info", ""
	case c.heard():
		return "check", "Closed"
	case c.State == "unknown":
		return "alert", "Opened"
	}
	return "clock", "Handling"
}

// stateName is what is known of the subscription.
func (c Cinnox) stateName() lang.Text {
	switch c.State {
	case "enabled":
		return "Enabled"
	case "disabled":
		return "Disabled"
	case "unknown":
		return "Not known"
	case "by-hand":
		return "By hand"
	}
	return "None"
}

func moodIcon(c Cinnox) string {
	icon, _ := c.mood()
	return icon
}

func moodClass(c Cinnox) string {
	_, class := c.mood()
	return class
}

// onlyHereClass: an address of this machine only is trouble with another
// CINNOX than this machine's.
func onlyHereClass(c Cinnox) string {
	if c.OnlyHere && c.BaseURL != "" && !c.BaseIsHere {
		return "notice"
	}
	return "hint"
}

func stepNow(s step) string {
	if s.now {
		return "step"
	}
	return "false"
}

// appInput are an input's attributes; what the environment has set is only shown.
func appInput(given bool) templ.Attributes {
	return templ.Attributes{"type": "text", "required": true, "autocapitalize": "none", "maxlength": "255", "autocomplete": "off", "spellcheck": "false", "readonly": given}
}

func tokenInput(c Cinnox) templ.Attributes {
	a := templ.Attributes{"type": "password", "maxlength": "4096", "autocomplete": "new-password", "readonly": c.GivenToken}
	if c.HasToken || c.GivenToken {
		a["placeholder"] = "••••••••••••"
	} else {
		a["required"] = true
	}
	return a
}

// step is how far a step of the move to a new key is.
type step struct {
	text lang.Text
	done bool
	now  bool
}

func (c Cinnox) steps() []step {
	told := c.State == "enabled" || c.Moved
	return []step{
		{"A new key is made. The old one goes on working.", true, false},
		{"CINNOX is told the new address.", told, !told},
		{"The first delivery comes by the new key.", c.Moved, told && !c.Moved},
		{"The old key is revoked.", false, c.Moved},
	}
}

// Explained is a delivery, and what was made of it.
type Explained struct {
	At           time.Time
	Kind         string // notification, handshake or unclear
	Reason       string // of unclear, as in the list of deliveries
	Detail       string // likewise, in English words
	Shape        string // flat, envelope, text; empty: none
	Href, Name   string // of the enquiry
	Fields       []ExplainedField
	Missing      []string
	Unknown      []string // fields, by name
	Undocumented []string // field: word
	Raw          []byte
	Gone         bool // it is not in the database, or not yet
}

// ExplainedField is one field and what was made of it.
type ExplainedField struct {
	Name, Sent string
	Use        string // taken, passed, unread, empty, frame, unknown
	As, Value  string
	Notes      []string
}

// Dates is what is known of how notifications are dated.
type Dates struct{ Own, Same int64 }

func (d Dates) text(ctx context.Context) string {
	switch {
	case d.Own == 0 && d.Same == 0:
		return t(ctx, "Not known yet: it takes a second notification of one enquiry to tell whether each has a date of its own.")
	case d.Same == 0:
		return t(ctx, "Each notification has a date of its own, so times are CINNOX’s. Enquiries looked at: %s.", number(d.Own))
	case d.Own == 0:
		return t(ctx, "All notifications of an enquiry have one date, so times are taken from when they were received. Enquiries looked at: %s.", number(d.Same))
	}
	return t(ctx, "Of the enquiries looked at, the notifications of %s have dates of their own and those of %s have one date: each is timed by what it has.", number(d.Own), number(d.Same))
}

func shapeText(shape string) lang.Text {
	switch shape {
	case "flat":
		return "Flat: the fields themselves"
	case "envelope":
		return "In an envelope: the fields are in the object message"
	case "text":
		return "In an envelope: the fields are in message, which is a JSON text"
	}
	return "It has none: it is no JSON object"
}

func kindText(kind string) lang.Text {
	switch kind {
	case "notification":
		return "A notification, which was understood"
	case "handshake":
		return "A handshake"
	}
	return "It was not understood, and is kept apart"
}

func useText(f ExplainedField) lang.Text {
	switch f.Use {
	case "taken":
		return "%s: %s"
	case "passed":
		return "Not used: another field says the same"
	case "unread":
		return "Not used: the delivery was not understood"
	case "empty":
		return "Says nothing"
	case "frame":
		return "Says what the body is"
	}
	return "Unknown: kept in the body, and used for nothing"
}

// used is what was made of a field.
func (f ExplainedField) used(ctx context.Context) string {
	if f.Use != "taken" {
		return t(ctx, useText(f))
	}
	value := f.Value
	if value == "" {
		value = unknown
	}
	return t(ctx, "%s: %s", f.As, value)
}

var noteTexts = map[string]lang.Text{
	"name":      "It is called otherwise than documented",
	"word":      "None of the documented words",
	"kind":      "Another kind of value than documented",
	"date-form": "Not written as documented, and understood",
	"no-date":   "No date that can be read, so the time of receipt counts",
	"stands-in": "It stands for the missing eid, too",
}

func (f ExplainedField) notes(ctx context.Context) string {
	var list []string
	for _, n := range f.Notes {
		list = append(list, t(ctx, noteTexts[n]))
	}
	return strings.Join(list, " · ")
}

// finding is something about a delivery that is worth to be known.
type finding struct {
	text  string
	notes bool // it needs a look
}

func (e Explained) findings(ctx context.Context) (list []finding) {
	add := func(text lang.Text, names []string) {
		if len(names) > 0 {
			list = append(list, finding{t(ctx, text, strings.Join(names, ", ")), true})
		}
	}
	add("Fields that are not known: %s. They are kept in the body.", e.Unknown)
	add("Words that are not documented: %s. They are shown as they are.", e.Undocumented)
	add("Documented fields that it lacks: %s.", e.Missing)
	if len(list) == 0 && e.Kind == "notification" {
		list = append(list, finding{t(ctx, "Everything is as documented."), false})
	}
	return list
}
