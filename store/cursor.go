package store

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Sort is an order of a list of enquiries.
type Sort string

// The orders. Ties go by service and eid; what has no wait or handle time comes last.
const (
	NewestFirst    Sort = "-opened" // by StartedAt
	OldestFirst    Sort = "opened"
	HighestNumber  Sort = "-case" // by case number; of a search, those that begin with what it looks for come first
	LowestNumber   Sort = "case"
	LongestWait    Sort = "-wait"
	ShortestWait   Sort = "wait"
	LongestHandle  Sort = "-handle"
	ShortestHandle Sort = "handle"
)

// SortOf is the order of a list that is asked for in none. Numbers are searched
// by the index of numbers: in its order the first page of a million finds is
// read as fast as that of ten.
func SortOf(f enquiry.Filter) Sort {
	if len(f.Cases) > 0 {
		return HighestNumber
	}
	return NewestFirst
}

// order is how a Sort is done: by (key, service_id, eid), all in one
// direction, so that a page begins at one comparison of rows.
type order struct {
	key     string // SQL of the key, never null
	falling bool
	place   func(*cursor, *enquiry.Enquiry) // gives a cursor the key of an enquiry
	param   func(cursor) any                // a cursor's key as a parameter
}

// A duration that does not exist stands for one beyond all others, so that it comes last.
const (
	lastRising  = math.MaxInt64
	lastFalling = -1
)

var orders = map[Sort]order{
	NewestFirst:    byStart(true),
	OldestFirst:    byStart(false),
	HighestNumber:  byNumber(true),
	LowestNumber:   byNumber(false),
	LongestWait:    byDuration("coalesce(e.wait_us, -1)", true, wait),
	ShortestWait:   byDuration("coalesce(e.wait_us, 9223372036854775807)", false, wait),
	LongestHandle:  byDuration("coalesce(e.handle_us, -1)", true, handle),
	ShortestHandle: byDuration("coalesce(e.handle_us, 9223372036854775807)", false, handle),
}

const startedAt = "e.started_at"

func byStart(falling bool) order {
	return order{
		key: startedAt, falling: falling,
		place: func(c *cursor, e *enquiry.Enquiry) { c.Key = e.StartedAt.UnixMicro() },
		param: func(c cursor) any { return time.UnixMicro(c.Key) },
	}
}

func byNumber(falling bool) order {
	return order{
		key: "e.case_key", falling: falling,
		place: func(c *cursor, e *enquiry.Enquiry) { c.Case = enquiry.CaseKey(e.CaseNumber) },
		param: func(c cursor) any { return c.Case },
	}
}

func byDuration(key string, falling bool, of func(*enquiry.Enquiry) *time.Duration) order {
	last := int64(lastRising)
	if falling {
		last = lastFalling
	}
	return order{
		key: key, falling: falling,
		place: func(c *cursor, e *enquiry.Enquiry) {
			c.Key = last
			if us := microseconds(of(e)); us != nil {
				c.Key = *us
			}
		},
		param: func(c cursor) any { return c.Key },
	}
}

func wait(e *enquiry.Enquiry) *time.Duration   { return e.Wait }
func handle(e *enquiry.Enquiry) *time.Duration { return e.HandleTime }

// cursor is a place in a list: right after a row, or with Back right before it.
type cursor struct {
	Sort Sort   `json:"s"`
	Back bool   `json:"b,omitempty"`
	Key  int64  `json:"k"`
	Case string `json:"c,omitempty"` // the key, where that is a number's
	Svc  string `json:"v"`
	EID  string `json:"e"`
}

// placeOf is the place beside e.
func placeOf(s Sort, e *enquiry.Enquiry, back bool) cursor {
	c := cursor{Sort: s, Back: back, Svc: e.ServiceID, EID: e.EID}
	orders[s].place(&c, e)
	return c
}

func cursorAt(s Sort, e *enquiry.Enquiry, back bool) string {
	text, _ := json.Marshal(placeOf(s, e, back)) // of plain fields: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor undoes cursorAt. Whatever else is a *enquiry.BadParameter.
func readCursor(text string, s Sort) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || !isStorable(c.Svc) || !isStorable(c.EID) || !isStorable(c.Case) || !inRange(c) {
		return c, &enquiry.BadParameter{Name: "after", Reason: "this is not a place in a list; begin again at the first page"}
	}
	if c.Sort != s {
		return c, &enquiry.BadParameter{Name: "after", Reason: "this place belongs to a list in another order; begin again at the first page"}
	}
	return c, nil
}

// inRange says whether a cursor's key is one that its order can have.
func inRange(c cursor) bool {
	if c.Sort == NewestFirst || c.Sort == OldestFirst {
		year := time.UnixMicro(c.Key).UTC().Year()
		return year >= 0 && year <= 9999
	}
	return c.Key >= lastFalling
}
