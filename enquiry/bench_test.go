package enquiry

import (
	"strconv"
	"testing"
	"time"
)

func BenchmarkFold(b *testing.B) {
	statuses := []Status{Opened, Handling, Handling, Closed}
	for _, n := range []int{1, 2, 4, 32, 1000} {
		ds := make([]Transition, n)
		for i := range ds {
			at := noon.Add(time.Duration(i) * 10 * time.Second)
			ds[i] = Transition{ID: numbered(i), ReceivedAt: at, DateAt: at, Date: at.Format(time.RFC3339),
				Status: statuses[i%len(statuses)], Channel: "WHATSAPP", Origin: "Channel", Destination: "sales"}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(ds)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	f := Filter{Channels: []string{"CINNOX", "WHATSAPP"}, Statuses: []Status{Opened}, Cases: []string{"123"}}
	e := Enquiry{Channel: "WHATSAPP", Status: Opened, CaseNumber: "#00123"}
	b.ReportAllocs()
	for b.Loop() {
		if !f.Match(&e) {
			b.Fatal("not matched")
		}
	}
}
