package store_test

import (
	"testing"

	"github.com/enquiryboard/enquiryboard/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
