package enquiry

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// parse reads a raw query, with Hong Kong as the service's zone.
func parse(t testing.TB, raw string, also ...string) (Filter, error) {
	t.Helper()
	q, err := url.ParseQuery(raw)
	if err != nil {
		t.Fatal(err)
	}
	return ParseFilter(q, Days{Zone: zone(t, "Asia/Hong_Kong")}, also...)
}

func TestParseFilter(t *testing.T) {
	hongKong := zone(t, "Asia/Hong_Kong")
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, row := range []struct {
		query string
		want  Filter
	}{
		{"", Filter{}},
		{"service=a&service=b", Filter{Services: []string{"a", "b"}}},
		{"channel=WHATSAPP&origin=Channel", Filter{Channels: []string{"WHATSAPP"}, Origins: []string{"Channel"}}},
		{"channel=&origin=&destination=&service=", Filter{Services: []string{""}, Channels: []string{""}, Origins: []string{""}, Destinations: []string{""}}},
		{"status=opened&status=HANDLING&status=Missed", Filter{Statuses: []Status{Opened, Handling, Missed}}},
		{"reached=Handling&reached=Missed&reached=Closed", Filter{Reached: []Status{Handling, Missed, Closed}}},
		{"recovered=true", Filter{Recovered: []bool{true}}},
		{"lost=false&reconciled=true&reconciled=false", Filter{Lost: []bool{false}, Reconciled: []bool{true, false}}},
		{"q=%23+12&q=ab", Filter{Cases: []string{"# 12", "ab"}}},
		{"by=closed", Filter{By: ByClosed}},
		{"from=2024-05-01&to=2024-05-02", Filter{From: utc("2024-04-30T16:00:00Z"), To: utc("2024-05-01T16:00:00Z")}},
		{"from=2024-05-01&to=2024-05-01", Filter{From: utc("2024-04-30T16:00:00Z"), To: utc("2024-04-30T16:00:00Z")}},
		{"from=2024-05-01T12:00:00Z", Filter{From: utc("2024-05-01T12:00:00Z")}},
		{"to=2024-05-01T12:00:00.5%2B05:30", Filter{To: utc("2024-05-01T06:30:00.5Z")}},
		{"to=2024-05-01T12:00:00.0000001Z", Filter{To: utc("2024-05-01T12:00:00.000001Z")}},
		{"page=7&", Filter{}},
	} {
		got, err := parse(t, row.query, "page")
		if err != nil {
			t.Errorf("%s: %v", row.query, err)
			continue
		}
		if row.want.By == "" {
			row.want.By = ByOpened
		}
		row.want.Zone = hongKong
		if diff := cmp.Diff(row.want, got, cmp.Comparer(sameZone)); diff != "" {
			t.Errorf("%s: %s", row.query, diff)
		}
	}
}

func sameZone(a, b *time.Location) bool { return a.String() == b.String() }

func TestParseFilterZone(t *testing.T) {
	f, err := parse(t, "from=2024-05-01&tz=America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if got := TimeText(f.From, f.Zone); got != "2024-05-01T00:00:00-04:00" || !f.ZoneGiven || f.Zone.String() != "America/New_York" {
		t.Errorf("from %s in %s, given %v", got, f.Zone, f.ZoneGiven)
	}
	f, err = ParseFilter(url.Values{}, Days{})
	if err != nil || f.Zone != time.UTC || f.ZoneGiven {
		t.Errorf("without any zone: %s, given %v, %v", f.Zone, f.ZoneGiven, err)
	}
}

func TestParseFilterRefuses(t *testing.T) {
	for _, row := range []struct{ query, name, reason string }{
		{"colour=red", "colour", "by, channel, destination, from, lost, origin, page, q, reached, reconciled, recovered, service, status, to, tz"},
		{"Status=Opened", "Status", "not a parameter"},
		{"status=", "status", "is empty: leave it out"},
		{"reached=", "reached", "is empty: leave it out"},
		{"recovered=", "recovered", "is empty: leave it out"},
		{"q=", "q", "is empty: leave it out"},
		{"from=", "from", "is empty: leave it out"},
		{"to=", "to", "is empty: leave it out"},
		{"by=", "by", "is empty: leave it out"},
		{"tz=", "tz", "is empty: leave it out"},
		{"status=Open", "status", "Opened, Handling, Missed, Closed"},
		{"status=Opened&status=Lost", "status", `"Lost"`},
		{"reached=Opened", "reached", "use Handling, Missed, Closed"},
		{"recovered=yes", "recovered", "neither true nor false"},
		{"lost=1", "lost", "neither true nor false"},
		{"recovered=TRUE", "recovered", "neither true nor false"},
		{"q=%23+%23", "q", "nothing to look for"},
		{"by=Opened", "by", "use opened, handling, missed or closed"},
		{"by=opened&by=opened", "by", "more than once"},
		{"from=2024-05-01&from=2024-05-02", "from", "more than once"},
		{"to=2024-05-01&to=2024-05-02", "to", "more than once"},
		{"tz=UTC&tz=UTC", "tz", "more than once"},
		{"from=yesterday", "from", "is not a time"},
		{"from=2024-02-30", "from", "is not a time"},
		{"from=2024-5-1", "from", "is not a time"},
		{"from=+2024-05-01", "from", "is not a time"},
		{"from=2024-05-01T12:00:00", "from", "is not a time"},
		{"from=2024-05-01T12:00:00+08:00", "from", "%2B"},
		{"from=2024-05-01T1:00:00Z", "from", "is not a time"},
		{"from=2024-05-01T12:00:00,5Z", "from", "is not a time"},
		{"from=2024-05-01T12:00:00%2B24:00", "from", "is not a time"},
		{"to=0001-01-01T00:00:00Z", "to", "is not a time"},
		{"to=9999-12-31T23:59:59-01:00", "to", "is not a time"},
		{"from=2024-05-02&to=2024-05-01", "to", "before from"},
		{"tz=Local", "tz", "IANA"},
		{"tz=Mars/Olympus", "tz", "IANA"},
		{"tz=../../etc/passwd", "tz", "IANA"},
		{"tz=%2B08:00", "tz", "IANA"},
		{"channel=%00", "channel", "not text"},
		{"channel=%ff", "channel", "not text"},
		{"q=%ff", "q", "not text"},
		{"service=" + strings.Repeat("x", 256), "service", "256 bytes"},
		{strings.Repeat("channel=x&", 101), "channel", "101 times"},
		{"zebra=1&status=Lost&channel=%ff&apple=1", "apple", "not a parameter"},
		{"tz=Mars&status=Lost&from=2024-05-01", "status", "Lost"},
		{"tz=Mars&from=2024-05-01", "tz", "Mars"},
	} {
		_, err := parse(t, row.query, "page")
		var bad *BadParameter
		if !errors.As(err, &bad) {
			t.Errorf("%s: error %v, want a bad %s", row.query, err, row.name)
			continue
		}
		if bad.Name != row.name || !strings.Contains(bad.Error(), row.reason) || !strings.HasPrefix(bad.Error(), row.name+": ") {
			t.Errorf("%s: error %q, want %s: …%s…", row.query, bad, row.name, row.reason)
		}
	}
}

func TestParseFilterAtItsLimits(t *testing.T) {
	f, err := parse(t, strings.Repeat("channel=x&", 100)+"service="+strings.Repeat("x", 255))
	if err != nil || len(f.Channels) != 100 || len(f.Services[0]) != 255 {
		t.Errorf("%d channels, %v", len(f.Channels), err)
	}
}

func TestValuesAreCanonical(t *testing.T) {
	for _, row := range []struct{ query, want string }{
		{"", ""},
		{"by=opened", ""},
		{"by=closed", ""},
		{"by=opened&from=2024-05-01", "from=2024-04-30T16:00:00Z"},
		{"by=closed&from=2024-05-01&tz=Asia/Hong_Kong", "by=closed&from=2024-04-30T16:00:00Z&tz=Asia/Hong_Kong"},
		{"from=2024-05-01T00:00:00%2B08:00", "from=2024-04-30T16:00:00Z"},
		{"channel=b&channel=a&channel=b&channel=", "channel=&channel=a&channel=b"},
		{"status=CLOSED&status=closed&status=missed", "status=Closed&status=Missed"},
		{"status=Closed&status=Missed&status=Handling&status=Opened", ""},
		{"recovered=true&recovered=true", "recovered=true"},
		{"recovered=true&recovered=false", ""},
		{"reconciled=false&lost=true&lost=true", "lost=true&reconciled=false"},
		{"lost=true&lost=false&reconciled=false&reconciled=true", ""},
		{"q=%23AB+12&q=ab12", "q=ab12"},
		{"reached=missed&reached=Handling&destination=d&origin=o&service=s", "destination=d&origin=o&reached=Handling&reached=Missed&service=s"},
	} {
		f, err := parse(t, row.query)
		if err != nil {
			t.Errorf("%s: %v", row.query, err)
			continue
		}
		got, err := url.QueryUnescape(f.Values().Encode())
		if err != nil || got != row.want {
			t.Errorf("%s: %s, want %s", row.query, got, row.want)
		}
	}
}

// Whatever is drawn, its values read back select the same and are written the same.
func TestValuesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t)
		f, err := ParseFilter(q, Days{})
		if err != nil {
			t.Skip("not a filter") // to before from
		}
		back, err := ParseFilter(f.Values(), Days{Zone: zoneElsewhere})
		if err != nil {
			t.Fatalf("%v does not read back: %v", f.Values(), err)
		}
		if a, b := f.Values().Encode(), back.Values().Encode(); a != b {
			t.Fatalf("%s became %s", a, b)
		}
		for i := range 20 {
			e, _ := Fold(drawSet(t))
			if f.Match(&e) != back.Match(&e) {
				t.Fatalf("enquiry %d: %v, read back %v: %s", i, f.Match(&e), back.Match(&e), summary(e))
			}
		}
	})
}

// zoneElsewhere shows that written values do not depend on the service's zone.
var zoneElsewhere = time.FixedZone("elsewhere", -9*3600)

func drawQuery(t *rapid.T) url.Values {
	q := url.Values{}
	for name, choice := range map[string][]string{
		"channel": {"", "CINNOX", "WHATSAPP"}, "origin": {"", "Weblink", "Channel"}, "destination": {"", "alice", "bob"},
		"service": {"service", "another"}, "status": {"Opened", "handling", "MISSED", "Closed"},
		"reached": {"Handling", "Missed", "Closed"}, "recovered": {"true", "false"}, "lost": {"true", "false"}, "reconciled": {"true", "false"}, "q": {"#1", "2", "# 2 "},
	} {
		if values := rapid.SliceOfN(rapid.SampledFrom(choice), 0, 4).Draw(t, name); len(values) > 0 {
			q[name] = values
		}
	}
	for name, choice := range map[string][]string{
		"from": {"2024-05-01", "2024-05-01T12:00:02Z"}, "to": {"2024-05-02", "2024-05-01T12:01:00.5Z"},
		"by": {"opened", "handling", "missed", "closed"}, "tz": {"UTC", "Asia/Kolkata"},
	} {
		if rapid.Bool().Draw(t, name) {
			q.Set(name, rapid.SampledFrom(choice).Draw(t, name))
		}
	}
	return q
}

func FuzzParseFilter(f *testing.F) {
	for _, raw := range []string{
		"", "status=Opened&channel=&q=%2300123", "from=2024-05-01&to=2024-05-02T00:00:00.5%2B05:30&by=missed&tz=Asia/Kolkata",
		"recovered=true&reached=Closed&service=-", "q=%C4%B0%E1%BA%9E", "from=9999-12-31&tz=Pacific/Apia", "tz=%00", "from=0001-01-01&tz=Asia/Tokyo",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		filter, err := ParseFilter(q, Days{})
		if bad := (*BadParameter)(nil); err != nil {
			if !errors.As(err, &bad) || !q.Has(bad.Name) && bad.Name != "to" || bad.Reason == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		back, err := ParseFilter(filter.Values(), Days{})
		if err != nil {
			t.Fatalf("%v does not read back: %v", filter.Values(), err)
		}
		if diff := cmp.Diff(filter.Values(), back.Values()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestKnownParametersAreSorted(t *testing.T) {
	if !slices.IsSortedFunc(parameters[:], func(a, b parameter) int { return strings.Compare(a.name, b.name) }) {
		t.Error("parameters are looked up by binary search: sort them by name")
	}
}

func ExampleFilter_Values() {
	f, err := ParseFilter(url.Values{"status": {"opened"}, "channel": {"WHATSAPP", "CINNOX"}}, Days{})
	fmt.Println(f.Values().Encode(), err)
	// Output: channel=CINNOX&channel=WHATSAPP&status=Opened <nil>
}
