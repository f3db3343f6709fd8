package store_test

import (
	"os"
	"testing"

	"github.com/enquiryboard/enquiryboard/enquiry"
	"github.com/enquiryboard/enquiryboard/store"
	"github.com/enquiryboard/enquiryboard/store/storetest"
)

// BenchmarkNearest looks for what is near numbers that are not there, among
// 100,000 enquiries or in a database that is full already:
//
//	BENCH_DATABASE_URL=postgres://… go test ./store -run '^$' -bench Nearest
func BenchmarkNearest(b *testing.B) {
	url := os.Getenv("BENCH_DATABASE_URL")
	if url == "" {
		url = storetest.URL(b)
		fillForExport(b, url)
	}
	s, err := store.New(b.Context(), store.Config{URL: url})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	for name, search := range map[string]string{
		"mistake": "CN50o01", "end": "2026-050001", "beginning": "CN50001234", "nothing": "XYZ-123456", "short": "cn",
	} {
		for scope, limits := range map[string]enquiry.Scope{"all": {}, "none": {Destinations: []string{"nowhere"}}} {
			b.Run(name+"/"+scope, func(b *testing.B) {
				for b.Loop() {
					if _, err := store.Nearest(b.Context(), s, limits, search, 5); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
