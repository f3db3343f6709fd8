package enquiry

import (
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var oddZones = []string{
	"UTC", "Asia/Hong_Kong", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo",
	"Pacific/Apia", "America/New_York", "Africa/Casablanca", "Asia/Gaza", "America/St_Johns",
}

// Every moment is in the slot that clocks and DayOf say it is in.
func TestSlotsAreWhatClocksShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(oddZones).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		starts := time.Duration(rapid.SampledFrom([]int{0, 0, 30, 240, 390, 1439}).Draw(t, "starts")) * time.Minute
		from := time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(t, "from"), 0)
		to := from.Add(time.Duration(rapid.Int64Range(0, 5*86400).Draw(t, "seconds")) * time.Second)
		slots := Days{zone, starts}.Slots(from, to)
		for range 50 {
			if !from.Before(to) {
				break
			}
			at := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))-1).Draw(t, "at")))
			i := sort.Search(len(slots), func(i int) bool { return slots[i].Start.After(at) }) - 1
			if i < 0 {
				t.Fatalf("%v is before the first slot %v", at, slots[0].Start)
			}
			y, m, d := (Days{zone, starts}).Of(at)
			day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
			if s := slots[i]; s.Date != day.Format(time.DateOnly) || s.Hour != at.In(zone).Hour() || s.Weekday%7 != int(day.Weekday()) {
				t.Fatalf("%v in %s is in %+v, want %v at %d", at, zone, s, day, at.In(zone).Hour())
			}
		}
		for i := 1; i < len(slots); i++ {
			if !slots[i-1].Start.Before(slots[i].Start) || slots[i].Start.Sub(slots[i-1].Start) > time.Hour {
				t.Fatalf("slots from %v to %v", slots[i-1].Start, slots[i].Start)
			}
		}
	})
}

func TestDaysOf23And25Hours(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]int{"2026-03-28": 24, "2026-03-29": 23, "2026-10-25": 25} {
		at, err := time.ParseInLocation(time.DateOnly, date, zone)
		if err != nil {
			t.Fatal(err)
		}
		hours := 0
		for _, s := range (Days{Zone: zone}).Slots(at, at.AddDate(0, 0, 2)) {
			if s.Date == date {
				hours++
			}
		}
		if hours != want {
			t.Errorf("%s has %d hours, want %d", date, hours, want)
		}
	}
}
