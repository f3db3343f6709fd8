// Package storetest gives each test its own migrated database.
package storetest

import (
	"testing"

	"github.com/enquiryboard/enquiryboard/store"
)

// Main is for TestMain: it stops the private server when the package's tests are done.
func Main(m *testing.M) { panic("not built") }

// URL is the URL of a fresh database with all migrations applied, dropped after the test.
func URL(t testing.TB) string { panic("not built") }

// New is a Store on such a database, closed after the test.
func New(t testing.TB) *store.Store { panic("not built") }
