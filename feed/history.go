package feed

import (
	"container/heap"
	"slices"
	"sort"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// entry says that an enquiry changed or left the board.
type entry struct {
	seq    int64
	key    enquiry.Key
	byTime bool // by time alone: seq did not move for it
}

// history is the recent entries, in order. A view reads on from the place it
// has rendered; a viewer who returns reads on from the seq it has heard.
type history struct {
	keep    int // at least so many are kept
	entries []entry
	start   int64 // place of entries[0], counted from the beginning
	since   int64 // the least seq from which nothing is missing
}

func (h *history) end() int64 { return h.start + int64(len(h.entries)) }

func (h *history) add(e entry) {
	if len(h.entries) >= 2*h.keep {
		drop := len(h.entries) - h.keep
		h.since = h.entries[drop-1].seq + 1
		h.entries = slices.Delete(h.entries, 0, drop)
		h.start += int64(drop)
	}
	h.entries = append(h.entries, e)
}

// forget starts afresh at a board that was read at seq. Somebody who has heard
// seq itself may still hold what time has changed meanwhile: only later ones
// can resume.
func (h *history) forget(seq int64) {
	h.start = h.end()
	h.entries = nil
	h.since = seq + 1
}

// from gives the keys of the entries from a place on, each once; ok is false
// when some are no longer kept.
func (h *history) from(place int64) (keys []enquiry.Key, ok bool) {
	if place < h.start {
		return nil, false
	}
	return unique(h.entries[place-h.start:], func(entry) bool { return true }), true
}

// after gives the keys that somebody who has heard seq must hear of, as far as
// place. Who has heard seq has not surely heard of what left by time while seq
// stood there.
func (h *history) after(seq, place int64) (keys []enquiry.Key, ok bool) {
	if seq < h.since || place < h.start {
		return nil, false
	}
	es := h.entries[:place-h.start]
	i := sort.Search(len(es), func(i int) bool { return es[i].seq >= seq })
	return unique(es[i:], func(e entry) bool { return e.seq > seq || e.byTime }), true
}

func unique(es []entry, want func(entry) bool) []enquiry.Key {
	if len(es) == 0 {
		return nil
	}
	seen := make(map[enquiry.Key]bool, len(es))
	var keys []enquiry.Key
	for _, e := range es {
		if want(e) && !seen[e.key] {
			seen[e.key] = true
			keys = append(keys, e.key)
		}
	}
	return keys
}

// departures are the times at which enquiries may leave the board or be lost, the
// earliest first. One that changed since stands in it more than once.
type departures []departure

type departure struct {
	at  time.Time
	key enquiry.Key
}

func (d *departures) add(k enquiry.Key, at time.Time) { heap.Push(d, departure{at, k}) }
func (d *departures) take() enquiry.Key               { return heap.Pop(d).(departure).key }
func (d departures) next(now time.Time) bool          { return len(d) > 0 && !now.Before(d[0].at) }

func (d departures) first() time.Time {
	if len(d) == 0 {
		return time.Time{}
	}
	return d[0].at
}

// For container/heap.
func (d departures) Len() int           { return len(d) }
func (d departures) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d departures) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *departures) Push(x any)        { *d = append(*d, x.(departure)) }
func (d *departures) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}
