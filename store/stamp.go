package store

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// clock hands out receipt times, to the microsecond, each later than the one before.
type clock struct {
	mu   sync.Mutex
	last time.Time
}

// stamp gives an ID and a receipt time. IDs are UUIDs of version 7, whose
// first 60 free bits are the time: they sort as they were handed out.
func (c *clock) stamp(now time.Time) (enquiry.ID, time.Time) {
	at := now.UTC().Truncate(time.Microsecond)
	c.mu.Lock()
	if !at.After(c.last) {
		at = c.last.Add(time.Microsecond)
	}
	c.last = at
	c.mu.Unlock()

	var id enquiry.ID
	rand.Read(id[8:])
	us := uint64(at.UnixMicro())
	binary.BigEndian.PutUint64(id[:8], us/1000<<16|0x7000|us%1000)
	id[8] = id[8]&0x3f | 0x80
	return id, at
}
