package store

import (
	"runtime"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// What is remembered takes about what is counted, whichever texts are long.
func TestMemoryCountsAllOfADelivery(t *testing.T) {
	long := func() string { return strings.Repeat("x", 1000) }
	for name, fill := range map[string]func(*enquiry.Transition){
		"service": func(t *enquiry.Transition) { t.ServiceID = long() },
		"channel": func(t *enquiry.Transition) { t.Channel = long() },
		"origin":  func(t *enquiry.Transition) { t.Origin = long() },
		"types":   func(t *enquiry.Transition) { t.DestinationTypes = strings.Split(strings.Repeat("x", 1000), "") },
	} {
		t.Run(name, func(t *testing.T) {
			var m memory
			before := heapInUse()
			for i := range int64(40_000) {
				var d enquiry.Transition
				fill(&d)
				e := enquiry.Enquiry{Key: enquiry.Key{ServiceID: d.ServiceID, EID: string(rune(i))}}
				m.committed(enquiry.Change{Seq: i + 1, Enquiries: []enquiry.Enquiry{e}}, [][]enquiry.Transition{{d}})
			}
			if used := heapInUse() - before; used > 3*memoryBytes {
				t.Errorf("%d MiB are remembered, in generations of %d MiB", used>>20, memoryBytes>>20)
			}
			runtime.KeepAlive(&m)
		})
	}
}

func heapInUse() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
