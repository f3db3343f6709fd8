package cinnox

import (
	"runtime"
	"strings"
	"testing"

	"github.com/enquiryboard/enquiryboard/enquiry"
)

// Transitions are kept for long, and must not keep the bodies that they came in.
func TestATransitionKeepsNoSpace(t *testing.T) {
	space := strings.Repeat(" ", 100<<10)
	body := []byte(`{"status":"Opened","eid":"` + space + `e","destination":"d` + space + `","destinationTypes":"STAFF,` + space + `,PHONE"}`)
	kept := make([]enquiry.Transition, 100)
	before := heap()
	for i := range kept {
		kept[i] = Parse(body).Transition
	}
	if more := heap() - before; more > 1<<20 {
		t.Errorf("%d transitions keep %d KiB", len(kept), more>>10)
	}
	if k := kept[0]; k.EID != "e" || k.Destination != "d" || len(k.DestinationTypes) != 2 {
		t.Errorf("read as %+v", k)
	}
	runtime.KeepAlive(kept)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
