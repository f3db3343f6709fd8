package views

import (
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Seen is what menus and matrix count of one enquiry on the board.
type Seen struct {
	Service, Channel, Origin, Destination string
	Status                                enquiry.Status
	WaitingSince                          time.Time
	Limits                                Limits
	Rest                                  bool // what has no menu in the filter selects it
}

// Census counts what is on the board for the menus and the matrix of one
// filter. It is kept up as enquiries come and go, so that a board of many costs
// no more time than one of few, and little room.
type Census struct {
	selects func(Seen) int
	kinds   map[Seen]*kind // without their waits
	of      map[enquiry.Key]*kind
	menus   [len(fields)]map[string]*tally // by value
	queues  map[[2]string]*queueTally      // by channel and origin
}

// kind is what many enquiries have in common.
type kind struct {
	Seen
	n        int               // how many are of it
	selected [len(fields)]bool // by all fields but this one
	queue    *queueTally
	counted  bool // in its queue
}

// tally counts what has a value, and of that what the other fields select.
type tally struct{ all, selected int }

type queueTally struct {
	all, handling int
	waiting       map[enquiry.Key]wait
}

type wait struct {
	since  time.Time
	limits Limits
}

// NewCensus is that of an empty board.
func NewCensus(f enquiry.Filter) *Census {
	c := &Census{selects: selects(f), kinds: map[Seen]*kind{}, of: map[enquiry.Key]*kind{}, queues: map[[2]string]*queueTally{}}
	for i := range c.menus {
		c.menus[i] = map[string]*tally{}
	}
	return c
}

// Put counts an enquiry, in place of what it was before.
func (c *Census) Put(k enquiry.Key, s Seen) {
	w := wait{s.WaitingSince, s.Limits}
	s.WaitingSince, s.Limits = time.Time{}, Limits{}
	if was := c.of[k]; was == nil || was.Seen != s {
		c.Drop(k)
		is := c.kind(s)
		c.of[k] = is
		c.count(is, 1)
	}
	if is := c.of[k]; is.counted && is.Status == enquiry.Opened {
		is.queue.waiting[k] = w
	}
}

// Drop no longer counts an enquiry.
func (c *Census) Drop(k enquiry.Key) {
	was := c.of[k]
	if was == nil {
		return
	}
	delete(c.of, k)
	delete(was.queue.waiting, k)
	c.count(was, -1)
}

// SetLimits judges everybody's wait by others.
func (c *Census) SetLimits(limits func(channel, origin string) Limits) {
	for id, q := range c.queues {
		for k, w := range q.waiting {
			w.limits = limits(id[0], id[1])
			q.waiting[k] = w
		}
	}
}

func (c *Census) kind(s Seen) *kind {
	is := c.kinds[s]
	if is != nil {
		return is
	}
	is = &kind{Seen: s}
	bits := c.selects(s)
	for i := range fields {
		is.selected[i] = s.Rest && bits|1<<i == allFields
	}
	const channelAndOrigin = 1<<0 | 1<<1
	is.counted = s.Rest && bits|channelAndOrigin == allFields
	id := [2]string{s.Channel, s.Origin}
	if is.queue = c.queues[id]; is.queue == nil {
		is.queue = &queueTally{waiting: map[enquiry.Key]wait{}}
		c.queues[id] = is.queue
	}
	c.kinds[s] = is
	return is
}

// count counts n more, or fewer, of a kind; what there is none of is forgotten.
func (c *Census) count(of *kind, n int) {
	for i, fd := range fields {
		value := fd.of(of.Seen)
		if c.menus[i][value] = c.menus[i][value].plus(n, of.selected[i]); c.menus[i][value].all == 0 {
			delete(c.menus[i], value)
		}
	}
	if of.counted && of.Status == enquiry.Handling {
		of.queue.handling += n
	}
	if of.queue.all += n; of.queue.all == 0 {
		delete(c.queues, [2]string{of.Channel, of.Origin})
	}
	if of.n += n; of.n == 0 {
		delete(c.kinds, of.Seen)
	}
}

func (t *tally) plus(n int, selected bool) *tally {
	if t == nil {
		t = &tally{}
	}
	t.all += n
	if selected {
		t.selected += n
	}
	return t
}

// counts are what the i-th menu would show by each of its values.
func (c *Census) counts(i int) map[string]int {
	counts := make(map[string]int, len(c.menus[i]))
	for value, t := range c.menus[i] {
		counts[value] = t.selected
	}
	return counts
}

// cell is what the matrix shows of a queue.
func (q *queueTally) cell() (c Cell) {
	c.Handling = q.handling
	for _, w := range q.waiting {
		c.add(Cell{Waiting: 1, LongestSince: w.since, Limits: w.limits})
	}
	return c
}
